"""How the program was called, and its messages in the shell's own syntax.

The package names an option as Python does (``fill="linear"``), wherever a message is written; here,
in one place, that becomes what can be typed (``--fill linear``).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

# Settings that have an option of another name.
_OTHER_NAMES = {"latent_dim": "latent", "hidden_dim": "hidden"}
_SETTINGS = "set_"

# name=value, but not in a path, a quoted text, or behind --set; the value is a quoted text, a list
# or a bare word, which does not end in a mark of punctuation; or nothing at all.
_MENTION = re.compile(
    r"""(?<![\w./'"\-\\])(?<!--set[ ])(?P<name>[a-z][a-z_]+)=
    (?: "(?P<double>[^"]*)" | '(?P<single>[^']*)' | \[(?P<list>[^\]]*)\]
      | (?P<word>[^\s;()"'\[]*[^\s;(),.:"'\[]) )?""",
    re.VERBOSE,
)

_words: list[str] = []
_flags: dict[str, tuple[str, str]] = {}


def called(words: list[str], flags: Mapping[str, tuple[str, str]]) -> None:
    """Remember the arguments of the program, and the flags that its verb has.

    Parameters
    ----------
    words : list of str
        Arguments as typed.
    flags : mapping
        For each parameter of the verb the flag that sets it, and the one that unsets it or ``""``.
    """
    _words[:] = words
    _flags.clear()
    _flags.update(flags)


def arguments() -> list[str]:
    """Arguments the program was called with."""
    return list(_words)


def spoken(text: str) -> str:
    """Return a message of the package with its options as they are typed in a shell.

    Examples
    --------
    >>> called([], {"fill": ("--fill", ""), "drop_constant": ("--drop-constant", "")})
    >>> spoken('pass fill="linear", or drop_constant=True')
    'pass --fill linear, or --drop-constant'
    """
    # A file may be called dt=0.1.csv: what the user typed is repeated as it is.
    typed = [re.escape(word) for word in _words if "=" in word]
    parts = re.split(f"({'|'.join(typed)})", text) if typed else [text]
    parts[::2] = [_MENTION.sub(_as_flag, part) for part in parts[::2]]
    # Messages that name both forms would now say the same twice.
    return re.sub(r"(--[^()]+?) \(\1\)", r"\1", "".join(parts))


def _as_flag(mention: re.Match[str]) -> str:
    name = mention["name"]
    value = next((mention[k] for k in ("double", "single", "word") if mention[k] is not None), "")
    if mention["list"] is not None:
        value = ",".join(part.strip(" '\"") for part in mention["list"].split(","))
    given, taken = _flags.get(_OTHER_NAMES.get(name, name), ("", ""))
    if not given:
        return f"--set {name}={shlex.quote(value)}" if _SETTINGS in _flags else mention[0]
    if value in ("True", "False"):
        return given if value == "True" else taken or mention[0]
    return f"{given} {shlex.quote(value)}" if value else given
