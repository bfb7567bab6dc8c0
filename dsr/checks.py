"""Checks of single settings, shared by all rooms: each gives the value back or says what is wrong.

Go on with what comes back: a whole float such as ``1e5`` becomes an int, a NumPy scalar a float.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any

from dsr.errors import InputError
from dsr.text import suggestion


def _number(value: Any) -> float | None:
    """Give `value` as a float, or None if it is text, true or false, or no number at all."""
    if isinstance(value, (str, bytes, bool)):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def finite(name: str, value: Any) -> float:
    """Give a finite number as a float.

    Parameters
    ----------
    name : str
        What the setting is called in the message.
    value : float

    Returns
    -------
    float

    Raises
    ------
    InputError
        If `value` is not a finite number.

    Examples
    --------
    >>> finite("parameter 'rho'", 28)
    28.0
    """
    number = _number(value)
    if number is None or not math.isfinite(number):
        raise InputError(f"{name} must be a finite number, not {value!r:.80}")
    return number


def positive(name: str, value: Any, *, zero: bool = False) -> float:
    """Give a finite number above 0 as a float.

    Parameters
    ----------
    name : str
        What the setting is called in the message.
    value : float
    zero : bool
        Whether 0 is good too.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If `value` is anything else.

    Examples
    --------
    >>> positive("dt", 0.01)
    0.01
    >>> positive("threshold", -1, zero=True)
    Traceback (most recent call last):
    dsr.errors.InputError: threshold must be a finite number of at least 0, not -1
    """
    number = _number(value)
    if number is None or not math.isfinite(number) or number < 0 or (number == 0 and not zero):
        kind = "a finite number of at least 0" if zero else "a positive number"
        raise InputError(f"{name} must be {kind}, not {value!r:.80}")
    return number


def whole(name: str, value: Any, least: int = 1) -> int:
    """Give a whole number of at least `least` as an int.

    Parameters
    ----------
    name : str
        What the setting is called in the message.
    value : int, or float without a fraction
    least : int

    Returns
    -------
    int

    Raises
    ------
    InputError
        If `value` is anything else.

    Examples
    --------
    >>> whole("steps", 1e5), whole("seed", 0, least=0)
    (100000, 0)
    >>> whole("steps", 2.5)
    Traceback (most recent call last):
    dsr.errors.InputError: steps must be a whole number of at least 1, not 2.5
    """
    number = _number(value)
    if number is None or not number.is_integer() or number < least:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r:.80}")
    return int(value)


def share(name: str, value: Any, *, most: float = 1.0, zero: bool = True) -> float:
    """Give a share from 0 to 1 as a float.

    Parameters
    ----------
    name : str
        What the setting is called in the message.
    value : float
    most : float
        Largest share that is good.
    zero : bool
        Whether 0 is good.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If `value` is anything else.

    Examples
    --------
    >>> share("alpha", 0)
    0.0
    >>> share("test", 0.7, most=0.5, zero=False)
    Traceback (most recent call last):
    dsr.errors.InputError: test must be a share above 0 and up to 0.5, not 0.7
    """
    number = _number(value)
    if number is None or not 0 <= number <= most or (number == 0 and not zero):
        low = f"from 0 to {most:g}" if zero else f"above 0 and up to {most:g}"
        raise InputError(f"{name} must be a share {low}, not {value!r:.80}")
    return number


def one_of(name: str, value: Any, choices: Collection[str]) -> str:
    """Give a word that is among the choices.

    Parameters
    ----------
    name : str
        What the setting is called in the message.
    value : str
    choices : collection of str

    Returns
    -------
    str

    Raises
    ------
    InputError
        If `value` is not among them.

    Examples
    --------
    >>> one_of("select", "last", ("validation", "last"))
    'last'
    """
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {value!r:.80}")
    return value


def known_options(owner: str, options: Iterable[str], known: Collection[str]) -> None:
    """Refuse options that nobody knows; a misspelt one gets the nearest name offered.

    Raises
    ------
    InputError
        For the first name of `options` that is not in `known`.
    """
    for name in options:
        if name not in known:
            raise InputError(f"unknown option {name!r} of {owner}; {suggestion(name, known)}")
