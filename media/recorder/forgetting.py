"""Of work that is over DBOS remembers that it was done, and nothing of what its steps returned.

It would keep that for ever, in a database that no withdrawal reaches: when somebody's voice and
camera were there among it. It is needed to go on after a kill, and for nothing once the workflow
has ended. The workflow's own row stays: the ids of those rows number the attempts.
"""

from sqlalchemy import Engine, column, create_engine, delete, make_url, select, table
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

UNDER_WAY = ["ENQUEUED", "PENDING", "DELAYED"]


def memory(url: str) -> Engine:
    """The database of DBOS's own tables. SQLite overwrites what is deleted, in every build."""
    found = make_url(url)
    if found.get_backend_name() == "postgresql":
        found = found.set(drivername="postgresql+psycopg")
    return create_engine(found, poolclass=NullPool, hide_parameters=True)


def forget(engine: Engine) -> int:
    """Deletes what steps of ended workflows returned; of how many steps. Call off the loop. Cheap
    when there is nothing, and then nobody waits for a write."""
    is_sqlite = engine.dialect.name == "sqlite"
    schema = None if is_sqlite else "dbos"
    workflows = table("workflow_status", column("workflow_uuid"), column("status"), schema=schema)
    outputs = table("operation_outputs", column("workflow_uuid"), schema=schema)
    under_way = select(workflows.c.workflow_uuid).where(workflows.c.status.in_(UNDER_WAY))
    is_over = outputs.c.workflow_uuid.not_in(under_way)
    try:
        with engine.connect() as connection:
            if connection.execute(select(outputs).where(is_over).limit(1)).first() is None:
                return 0
        with engine.begin() as connection:
            if is_sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            return connection.execute(delete(outputs).where(is_over)).rowcount
    except OperationalError:  # it is away, or in use for seconds: the next look tries again
        return 0
