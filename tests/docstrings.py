"""Check docstrings of public names with numpydoc: ``python tests/docstrings.py [room ...]``.

Public are the names of `dsr` and of its rooms (``__all__``, read from the lazy stubs) and the
public methods of public classes. Each failure is one line; the exit status is 1 if there is any.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import dsr

# No docstring, no summary; parameters left out, invented or in another order; no Returns or Yields
# where there should be; no example.
CODES = {"GL08", "SS01", "PR01", "PR02", "PR03", "RT01", "YD01", "EX01"}
# A method may say all in one sentence (only if it says more must it name every argument), and the
# example of its class is its own. Errors and protocols are not built by users.
NOT_OF_METHODS = {"EX01"}
NOT_OF_ONE_SENTENCE = {"PR01", "RT01", "YD01"}
NOT_OF_ABSTRACTIONS = {"PR01", "EX01"}


def public_names() -> Iterator[tuple[str, Any, bool]]:
    """Yield path and value of every public function, class and method; whether it is a method."""
    seen: set[int] = set()
    for module in (dsr, *(getattr(dsr, name) for name in dsr.__all__)):
        for name in getattr(module, "__all__", ()) if inspect.ismodule(module) else ():
            value, path = getattr(module, name), f"{module.__name__}.{name}"
            if id(value) in seen or not (inspect.isroutine(value) or inspect.isclass(value)):
                continue
            seen.add(id(value))
            yield path, value, False
            for attribute, method in vars(value).items() if inspect.isclass(value) else ():
                function = getattr(method, "__func__", method)
                if not attribute.startswith("_") and inspect.isfunction(function):
                    yield f"{path}.{attribute}", function, True


def abstract(value: Any) -> bool:
    """Whether a class is an error or a protocol."""
    error = inspect.isclass(value) and issubclass(value, BaseException)
    return error or getattr(value, "_is_protocol", False)


def failures(path: str, value: Any, method: bool) -> Iterator[str]:
    """Describe what a docstring lacks."""
    allowed: set[str] = set()
    if method:
        sections = NumpyDocString(inspect.getdoc(value) or "")
        allowed |= NOT_OF_METHODS
        if not any(sections[name] for name in ("Parameters", "Returns", "Yields")):
            allowed |= NOT_OF_ONE_SENTENCE
    elif abstract(value):
        allowed |= NOT_OF_ABSTRACTIONS
    for code, text in validate(path)["errors"]:
        if code in CODES - allowed:
            yield f"{path}: {code} {text}"


def main(rooms: list[str]) -> int:
    """Print every failure; ``rooms`` (``data``, ``metrics``) limits what is looked at."""
    found = [
        line
        for path, value, method in public_names()
        if not rooms or path.split(".")[1] in rooms
        for line in failures(path, value, method)
    ]
    print("\n".join(found) or "docstrings: complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
