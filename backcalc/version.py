"""The version, where the build, `--version` and the package read it."""

__version__ = "0.1.0"
