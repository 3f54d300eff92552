"""Typed tables, repositories and migrations, the same on SQLite and PostgreSQL, and the archive of documents."""
