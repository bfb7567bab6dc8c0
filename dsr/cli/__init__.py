"""The command line: parse, call one function of the package, print; one file per verb."""
