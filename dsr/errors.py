"""Errors that users meet: each is one sentence, and knows the exit code of the command line."""

from __future__ import annotations


class DsrError(Exception):
    """Base of every error raised on purpose; the command line prints it as one line.

    Attributes
    ----------
    exit_code : int
        What the ``dsr`` command exits with when this error reaches it.
    """

    exit_code = 1


class InputError(DsrError, ValueError):
    """The input or an option cannot be used; the message says what, where and what to do next."""

    exit_code = 2


class DivergedError(DsrError, RuntimeError):
    """Training or a free run left the finite numbers."""

    exit_code = 3


class VerificationError(DsrError, RuntimeError):
    """A verification was asked for that the data cannot give."""

    exit_code = 4
