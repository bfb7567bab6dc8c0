"""``dsr doctor``: what the package stands on here, and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dsr.cli import options as opt

DISTRIBUTION = "dsr-toolkit"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def doctor(out: opt.JsonOut = None, seed: opt.UnusedSeed = 0, json: opt.Json = False) -> None:
    """Tell versions, threads, compiled code, GPU and optional parts."""
    from dsr.cli.console import hanging
    from dsr.cli.output import checked_path, give
    from dsr.models.registry import names

    del seed
    target = checked_path(out, (".json",))
    facts = {
        **_versions(), "threads": _threads(), "compiled": _compiled(), "gpu": _gpu(),
        "optional": _optional(), "models": names(),
    }  # fmt: skip
    lines = [hanging(name, text, 13) for name, text in _lines(facts)]
    give(facts, lines, target, as_json=json)


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    threads, compiled, gpu = facts["threads"], facts["compiled"], facts["gpu"]
    fixed = ", ".join(f"{name}={value}" for name, value in threads["set"].items())
    state = "; cannot be written: every start compiles" if not compiled["writable"] else (
        "" if compiled["files"] else "; the first fit compiles, which takes some seconds"
    )  # fmt: skip
    return [
        ("dsr", f"{facts['dsr']}, Python {facts['python']}, {facts['platform']}"),
        ("packages", ", ".join(
            f"{name} {version or 'missing: pip install ' + name}"
            for name, version in facts["packages"].items()
        )),
        ("models", ", ".join(facts["models"])),
        ("threads", f"{threads['cores']} cores; {fixed or 'libraries choose their threads'}"),
        ("compiled", f"{compiled['files']} files in {compiled['folder']}{state}"),
        ("gpu", f"{gpu['device'] or gpu['reason']}; training runs on the CPU unless --device cuda"),
        *((extra, _about_extra(extra, entry)) for extra, entry in facts["optional"].items()),
    ]  # fmt: skip


def _about_extra(extra: str, entry: dict[str, Any]) -> str:
    if not entry["missing"]:
        return f"{', '.join(entry['present'])}: present"
    return f"missing {', '.join(entry['missing'])}: pip install '{DISTRIBUTION}[{extra}]'"


def _versions() -> dict[str, Any]:
    import platform

    from dsr._version import __version__

    return {
        "dsr": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "packages": {name: _version(name) for name in sorted(_required().get("", []))},
    }


def _version(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _required() -> dict[str, list[str]]:
    """What the distribution asks for, by extra; nothing where it is not installed."""
    import re
    from importlib.metadata import PackageNotFoundError, requires

    found: dict[str, list[str]] = {}
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        lines = []
    for line in lines:
        name = re.match(r"[A-Za-z0-9._-]+", line)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        if name:
            found.setdefault(extra[1] if extra else "", []).append(name[0])
    return found


def _threads() -> dict[str, Any]:
    import os

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cores": usable, "set": {k: os.environ[k] for k in _THREADS if k in os.environ}}


def _compiled() -> dict[str, Any]:
    """Where numba keeps compiled loops: beside the package, or where that cannot be written."""
    import os
    import sys

    import dsr

    package = Path(dsr.__file__).parent
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = Path.home() / {"darwin": "Library/Caches"}.get(sys.platform, ".cache") / "numba"
    beside = os.access(package / "kernels", os.W_OK)
    folder = Path(named) if named else package if beside else home
    existing = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    return {
        "folder": str(folder),
        "files": sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0,
        "writable": os.access(existing, os.W_OK),
    }


def _gpu() -> dict[str, Any]:
    """The GPU; PyTorch, which takes seconds to load, is only asked where there is a driver."""
    if not Path("/dev/nvidiactl").exists() and not Path("/proc/driver/nvidia").exists():
        return {"device": None, "reason": "none (no NVIDIA driver)"}
    import torch

    if torch.cuda.is_available():
        return {"device": torch.cuda.get_device_name(0), "reason": ""}
    return {"device": None, "reason": f"a driver, but PyTorch {torch.__version__} cannot use it"}


def _optional() -> dict[str, Any]:
    result: dict[str, Any] = {}
    for extra, names in _required().items():
        if extra in ("", "test", "docs", "dev"):  # for work on the package itself
            continue
        missing = [name for name in names if _version(name) is None]
        result[extra] = {"present": [n for n in names if n not in missing], "missing": missing}
    return result
