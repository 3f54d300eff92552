"""The database's versions. `HEAD` names the newest, so that an up-to-date database is opened without alembic; a test holds it equal."""

HEAD = "0031"
