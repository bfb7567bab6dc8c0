"""The verdict: all scores of a run, beside floors and surrogates."""
