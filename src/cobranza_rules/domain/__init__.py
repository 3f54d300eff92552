"""The things that collections are about, as frozen values: no file, no clock, no database."""
