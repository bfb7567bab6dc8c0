"""dsr's own files: whole or not there, sealed, and readable by everybody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dsr.data import atomic_write, make_series, read_dataset, read_tree, to_attrs, write_dataset
from dsr.errors import InputError


@pytest.fixture
def tree() -> xr.DataTree:
    values = np.random.default_rng(0).normal(size=(2, 300, 3))
    series = make_series(values, dt=0.1, split=["train", "test"])
    metrics = xr.Dataset({"d_stsp": 0.3, "ok": ("k", [True, False]), "name": ("k", ["a", "b"])})
    metrics.attrs = {"flag": True, "nothing": None, "nested": {"a": [1, {"b": None}]}, "empty": []}
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs={"made_by": "a test"}), "/observed": series.to_dataset(),
         "/metrics/all": metrics}
    )  # fmt: skip


def test_a_tree_comes_back_with_its_groups(tree: xr.DataTree, tmp_path: Path) -> None:
    write_dataset(tree, tmp_path / "a.nc")
    again = read_tree(tmp_path / "a.nc")
    assert again.attrs == {"made_by": "a test"}
    xr.testing.assert_equal(again["observed"].to_dataset(), tree["observed"].to_dataset())
    metrics = read_dataset(tmp_path / "a.nc", group="metrics/all")
    assert metrics.attrs["flag"] == "true"
    assert metrics.attrs["nested"] == '{"a": [1, {"b": null}]}'
    assert "nothing" not in metrics.attrs
    assert metrics["ok"].values.tolist() == [True, False]
    with pytest.raises(InputError, match="no group 'metric'"):
        read_dataset(tmp_path / "a.nc", group="metric")


def test_the_same_content_gives_the_same_bytes(tree: xr.DataTree, tmp_path: Path) -> None:
    write_dataset(tree, tmp_path / "a.nc")
    write_dataset(tree, tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    write_dataset(read_tree(tmp_path / "a.nc"), tmp_path / "c.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "c.nc").read_bytes()


def test_other_programs_read_the_file(tree: xr.DataTree, tmp_path: Path) -> None:
    write_dataset(tree, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf", group="observed") as opened:
        np.testing.assert_array_equal(opened["series"].values, tree["observed/series"].values)


def test_no_changed_byte_is_accepted(tree: xr.DataTree, tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    write_dataset(tree, path)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    for at in rng.integers(0, len(content), 300):
        mutant = bytearray(content)
        mutant[at] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(mutant))
        refused_or_same(path, tree)
    for size in rng.integers(0, len(content), 40):
        path.write_bytes(content[:size])
        with pytest.raises(InputError):
            read_tree(path)


def refused_or_same(path: Path, tree: xr.DataTree) -> None:
    """A byte in the seal itself may be lost; then the content must be what it was."""
    try:
        again = read_tree(path)
    except InputError:
        return
    xr.testing.assert_equal(again["observed"].to_dataset(), tree["observed"].to_dataset())


def test_an_edited_file_does_not_match_its_checksum(tree: xr.DataTree, tmp_path: Path) -> None:
    write_dataset(tree["observed"].to_dataset(), tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as opened:
        opened.isel(time=slice(0, 10)).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="does not match its checksum"):
        read_tree(tmp_path / "b.nc")


def test_a_failed_write_leaves_the_old_file_and_no_stump(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic_write(path, b"old")

    class Failing(bytes):
        def __len__(self) -> int:
            return 3

    with pytest.raises(TypeError):
        atomic_write(path, object())  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("place", ["missing/a.nc", "file/a.nc"])
def test_an_impossible_place_is_an_input_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        write_dataset(make_series(np.zeros((3, 1))), tmp_path / place)


def test_a_full_disk_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.nc"
    atomic_write(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="no space left"):
        write_dataset(make_series(np.zeros((3, 1))), path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.nc"]


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_tree(tmp_path / "a.nc")


def test_names_with_a_slash_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_dataset(xr.Dataset({"a/b": ("time", [1.0])}), tmp_path / "a.nc")


def test_attributes_that_no_file_holds_become_text() -> None:
    given = {"t": np.bool_(True), "big": 2**70, "mixed": [1, "a"], "numbers": (1, 2.5)}
    assert to_attrs(given) == {
        "t": "true", "big": "1180591620717411303424", "mixed": '[1, "a"]', "numbers": [1, 2.5],
    }  # fmt: skip
