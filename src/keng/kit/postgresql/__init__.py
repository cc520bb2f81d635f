"""Django's PostgreSQL, which gives a connection up once nothing can be written on it."""
