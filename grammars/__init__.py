"""The grammar files of the language, packaged as data."""
