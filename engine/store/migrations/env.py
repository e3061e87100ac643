"""Alembic's entry: the connection is given by ``engine.store.revisions``."""

from alembic import context

from engine.store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
