"""The database: SQLite by default, PostgreSQL where there are replicas; the same code for both."""
