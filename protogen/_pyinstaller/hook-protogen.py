"""Hook of PyInstaller: modules that are found by listing their folder, and the files with data."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("protogen")
datas = collect_data_files("protogen")
