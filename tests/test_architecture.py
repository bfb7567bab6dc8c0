"""The rules that can be read off the source: who imports whom, what is lazy, what never occurs."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dsr

PACKAGE = Path(dsr.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# The storeys of the house, lowest first: a part may import those below it, never those above.
# A part is a folder or a file directly under dsr/.
STOREYS = (
    "kernels", "data", "catalogue", "metrics", "spectral", "training", "models", "symbolic", "runs",
    "report", "workflow", "cli",
)  # fmt: skip
# Ground that everybody stands on; pictures stand beside the house and need the data room only.
GROUND = {"errors", "text", "checks", "protocols", "_version"}
BESIDE = {"plots": {"data"}}
LAYERS: dict[str, set[str]] = BESIDE | {
    part: {*STOREYS[:k], *(BESIDE if "report" in STOREYS[: k + 1] else ())}
    for k, part in enumerate(STOREYS)
}
# Simulated systems were names of dsr.data before they had a room of their own.
EXCEPTIONS = {("data/__init__.py", "dsr.catalogue")}

# Libraries outside the standard library that a part may import; parts not named are free.
LIBRARIES: dict[str, set[str]] = {
    "errors": set(),
    "_version": set(),
    "text": set(),
    "checks": set(),
    "kernels": {"numpy", "numba", "llvmlite"},
    "data": {"numpy", "scipy", "xarray", "h5netcdf", "h5py", "cftime", "pandas", "zarr"},
    "catalogue": {"numpy", "numba", "xarray"},
    "metrics": {"numpy", "scipy", "numba", "xarray"},
    "plots": {"numpy", "xarray", "plotly"},
}
HEAVY = ["torch", "numba", "sklearn", "pandas", "xarray", "plotly", "pysindy", "scipy"]


def part_of(path: Path) -> str:
    """Name the part of the package that a file belongs to."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports_for_typing_only(tree: ast.Module) -> set[ast.AST]:
    """Collect what stands under ``if TYPE_CHECKING:``, which is never executed."""
    guarded: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for statement in node.body:
                guarded.update(ast.walk(statement))
    return guarded


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every module that a file imports, at its top or inside functions, with the line."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    guarded = imports_for_typing_only(tree)
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; write dsr.… in full"
            module = node.module or ""
            if module == "dsr":
                for alias in node.names:
                    yield f"dsr.{alias.name}", node.lineno
            else:
                yield module, node.lineno


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def module_name(path: Path) -> str:
    dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return dotted.removesuffix(".__init__")


def statements(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every imported module with the names taken from it; imports for typing are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    guarded = imports_for_typing_only(tree)
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                owner = behind(node.module, alias.name)
                yield (owner, []) if owner else (node.module, [alias.name])


@functools.cache
def stub(package: str) -> dict[str, str]:
    """Read which module of a package each of its lazy names comes from."""
    path = PACKAGE.parent.joinpath(*package.split("."), "__init__.pyi")
    if not path.exists():
        return {}
    return {
        alias.name: f"{package}.{node.module}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
        for alias in node.names
    }


def behind(package: str, name: str) -> str | None:
    """Name the module that a lazy name of a package comes from, if it is one."""
    return stub(package).get(name)


def circles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Yield the sets of files that can all reach each other (Tarjan's components, by two walks)."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(node: str, edges: dict[str, set[str]], into: list[str]) -> None:
        stack = [(node, iter(sorted(edges.get(node, ()))))]
        seen.add(node)
        while stack:
            rest = stack[-1][1]
            following = next((n for n in rest if n not in seen), None)
            if following is None:
                into.append(stack.pop()[0])
            else:
                seen.add(following)
                stack.append((following, iter(sorted(edges.get(following, ())))))

    for node in sorted(graph):
        if node not in seen:
            visit(node, graph, order)
    back: dict[str, set[str]] = {}
    for node, targets in graph.items():
        for target in targets:
            back.setdefault(target, set()).add(node)
    seen.clear()
    for node in reversed(order):
        if node not in seen:
            component: list[str] = []
            visit(node, back, component)
            if len(component) > 1:
                yield sorted(component)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{line}"


def test_each_part_imports_only_the_storeys_below_it() -> None:
    wrong = []
    for path in FILES:
        part = part_of(path)
        if part not in LAYERS:
            continue
        for module, line in imported(path):
            if not module.startswith("dsr.") or (inside(path), module) in EXCEPTIONS:
                continue
            target = module.split(".")[1]
            if target not in LAYERS[part] | GROUND | {part}:
                wrong.append(f"{where(path, line)} ({part}) imports {module}")
    assert not wrong, "\n".join(wrong)


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = {module_name(path) for path in FILES}
    graph: dict[str, set[str]] = {}
    for path in FILES:
        edges = graph.setdefault(module_name(path), set())
        for module, names in statements(path):
            if (inside(path), module) in EXCEPTIONS:
                continue
            targets = {f"{module}.{name}" for name in names} & modules or {module} & modules
            edges |= targets - {module_name(path)}
    assert not list(circles(graph))


def test_each_part_uses_only_the_libraries_it_is_allowed() -> None:
    wrong = []
    for path in FILES:
        allowed = LIBRARIES.get(part_of(path))
        if allowed is None:
            continue
        for module, line in imported(path):
            library = module.split(".")[0]
            if library not in allowed | {"dsr", "lazy_loader"} | sys.stdlib_module_names:
                wrong.append(f"{where(path, line)} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_every_part_has_its_place_in_the_layers() -> None:
    parts = {part_of(path) for path in FILES}
    assert parts <= set(LAYERS) | GROUND | {"__init__", "__main__"}


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", ["import dsr", "import dsr.cli.main", "import dsr; dir(dsr)"])
def test_importing_loads_no_heavy_library(code: str) -> None:
    assert not loaded_after(code) & set(HEAVY)


def test_nothing_in_the_package_can_run_what_a_file_holds() -> None:
    forbidden_modules = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
    forbidden_calls = {"eval", "exec", "compile", "__import__"}
    wrong = []
    for path in FILES:
        wrong += [
            f"{where(path, line)} imports {module}"
            for module, line in imported(path)
            if module.split(".")[0] in forbidden_modules
        ]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func
                if isinstance(name, ast.Name) and name.id in forbidden_calls:
                    wrong.append(f"{where(path, node.lineno)} calls {name.id}")
                if ast.unparse(name) == "torch.load":
                    wrong.append(f"{where(path, node.lineno)} calls torch.load")
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                refused = ast.unparse(node.value) == "False"
                wrong += [] if refused else [f"{where(path, node.value.lineno)} allows pickle"]
    assert not wrong, "\n".join(wrong)


def test_the_library_prints_nothing_and_draws_from_no_global_generator() -> None:
    own = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}
    wrong = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name == "print" and part_of(path) != "cli":
                wrong.append(f"{where(path, node.lineno)} prints")
            found = re.fullmatch(r"(?:np|numpy)\.random\.(\w+)", name)
            if found and found[1] not in own:
                wrong.append(f"{where(path, node.lineno)} calls {name}")
    assert not wrong, "\n".join(wrong)


def test_files_are_one_idea_long() -> None:
    long = {
        str(path.relative_to(PACKAGE)): count
        for path in FILES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_nothing_is_left_open() -> None:
    marks = ("TODO", "FIXME", "XXX", "raise NotImplementedError")
    wrong = [
        f"{where(path, number)}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(mark in line for mark in marks)
    ]
    assert not wrong, "\n".join(wrong)


def public_modules() -> list[str]:
    names = ["dsr"]
    for module in pkgutil.walk_packages([str(PACKAGE)], "dsr."):
        if not any(piece.startswith("_") for piece in module.name.split(".")):
            names.append(module.name)
    return names


def public_members(module_name: str) -> Iterator[tuple[str, object]]:
    """Yield public functions and classes that a module defines, and the methods of the classes."""
    module = importlib.import_module(module_name)
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module_name:
            continue
        if inspect.isclass(value):
            yield f"{module_name}.{name}", value
            for attribute, method in vars(value).items():
                if not attribute.startswith("_") and (
                    inspect.isfunction(method)
                    or isinstance(method, (classmethod, staticmethod, property))
                ):
                    yield f"{module_name}.{name}.{attribute}", getattr(value, attribute)
        elif inspect.isroutine(value) or hasattr(value, "py_func"):
            yield f"{module_name}.{name}", value


@pytest.mark.parametrize("module_name", public_modules())
def test_every_public_name_says_what_it_is(module_name: str) -> None:
    assert inspect.getdoc(importlib.import_module(module_name)), module_name
    bare = [name for name, member in public_members(module_name) if not inspect.getdoc(member)]
    assert not bare, "\n".join(bare)


def test_no_function_shares_its_name_with_the_module_beside_it() -> None:
    # Importing the module would put it in the place of the function of the package.
    wrong = []
    for folder in [path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]:
        names = getattr(importlib.import_module(f"dsr.{folder.name}"), "__all__", [])
        wrong += [f"dsr.{folder.name}.{n}" for n in names if (folder / f"{n}.py").exists()]
    assert not wrong


def test_every_promised_name_exists() -> None:
    missing = []
    for name in dsr.__all__:
        value = getattr(dsr, name)
        if inspect.ismodule(value):
            missing += [
                f"{value.__name__}.{inner}"
                for inner in getattr(value, "__all__", [])
                if not hasattr(value, inner)
            ]
    assert not missing
