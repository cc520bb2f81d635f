"""What comes after a release runs beside it: only what is marked CONTRACT takes something away."""

import ast

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Random

import keng
from keng.runtime.migrate import is_contract
from keng.runtime.upgrade_state import as_numbers, release_before
from tests.architecture.expansion import LARGE_TABLES, WIDENED_TRIGGERS, faults_of
from tests.architecture.source import KENG, is_test, python_files
from tests.record_release import digests_of_policy_functions

# Functions whose words changed since the release, and why its processes can live with the new ones.
CHANGED_FUNCTIONS: dict[str, str] = {
    "keng_units_who": "it knows one more set by its name; those of the release are as they were",
}


@pytest.fixture(scope="module")
def loader():
    return MigrationLoader(None)


def since_release(loader):
    """What the release does not have, in the order in which it is applied."""
    graph = loader.graph
    had = set()
    for area, name in release_before().migrations.items():
        had |= set(graph.forwards_plan((area, name)))
    found = []
    for leaf in sorted(graph.leaf_nodes()):
        found += [node for node in graph.forwards_plan(leaf) if node not in had | set(found)]
    return [node for node in found if _is_ours(graph.nodes[node])]


def _is_ours(migration):
    """Django's own come with its version, and a demo is not upgraded beside another."""
    return type(migration).__module__.startswith("keng.")


def test_the_recorded_release_is_the_one_before_and_its_migrations_are_here(loader):
    assert as_numbers(release_before().version) < as_numbers(keng.VERSION)
    assert len(release_before().commit) == 40
    missing = set(release_before().migrations.items()) - set(loader.graph.nodes)
    assert not missing, "a migration of a release is never renamed or removed"


def test_a_migration_after_the_release_takes_nothing_away_from_it(loader):
    found = {}
    for node in since_release(loader):
        migration = loader.graph.nodes[node]
        if not is_contract(migration):
            state = loader.project_state(node, at_end=False)
            if faults := faults_of(migration, state):
                found[".".join(node)] = faults
    assert not found, "docs/how-to-add.md, “A migration beside a release”"


def test_a_migration_that_contracts_is_the_last_of_its_area(loader):
    """What expands must not need it: it waits until nothing older runs."""
    for node in since_release(loader):
        if not is_contract(loader.graph.nodes[node]):
            needed = loader.graph.forwards_plan(node)
            assert not [each for each in needed if is_contract(loader.graph.nodes[each])], node


def test_a_function_that_policies_ask_is_another_one_under_another_name():
    """The policies of the release before go on asking it, by its name, until the contract."""
    now = digests_of_policy_functions()
    changed = {
        name
        for name, digest in release_before().policy_functions.items()
        if now.get(name, digest) != digest
    }
    assert changed == CHANGED_FUNCTIONS.keys(), (
        "give what is changed another name, or say here why the release before can live with it"
    )


def test_the_large_tables_are_tables():
    assert set(connection.introspection.django_table_names()) >= LARGE_TABLES


def test_a_list_of_acts_may_grow_and_not_be_another_one(state):
    grown = "CREATE OR REPLACE FUNCTION audit_acts_of_officers() AS (unnest(%s ARRAY['a']))"
    more = migrations.RunSQL(grown % "audit_acts_of_officers() ||")
    assert not faults_of(_migration(more), state.clone())
    assert faults_of(_migration(migrations.RunSQL(grown % "")), state.clone())


def test_a_trigger_is_another_one_only_where_it_is_listed_with_a_reason(state):
    changed = "CREATE OR REPLACE TRIGGER %s BEFORE INSERT ON tips_dialoguemessage"
    for name in WIDENED_TRIGGERS:
        assert not faults_of(_migration(migrations.RunSQL(changed % name)), state.clone())
        assert faults_of(_migration(migrations.RunSQL(changed % f"{name}_more")), state.clone())


def test_a_reference_that_may_be_empty_is_not_made_anew(state):
    """Its constraint is dropped first, and the table that it refers to stops until the commit."""
    to_tip = models.ForeignKey("sample.Tip", on_delete=models.PROTECT)
    fields = [("id", models.BigAutoField(primary_key=True)), ("tip", to_tip)]
    migrations.CreateModel("Film", fields).state_forwards("sample", state)
    optional = models.ForeignKey("sample.Tip", on_delete=models.PROTECT, null=True)
    (fault,) = faults_of(_migration(migrations.AlterField("film", "tip", optional)), state.clone())
    assert "stops tips_tip" in fault
    renamed = models.ForeignKey("sample.Tip", on_delete=models.PROTECT, verbose_name="what")
    assert not faults_of(_migration(migrations.AlterField("film", "tip", renamed)), state.clone())


def _migration(*operations):
    migration = migrations.Migration("pretended", "sample")
    migration.operations = list(operations)
    return migration


@pytest.fixture
def state():
    """A large table as the release has it."""
    before = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("word", models.CharField(max_length=10, null=True)),
    ]
    made = migrations.CreateModel("Tip", fields, options={"db_table": "tips_tip"})
    made.state_forwards("sample", before)
    return before


INDEX = models.Index(fields=["word"], name="sample_word")
CHECK = models.CheckConstraint(condition=models.Q(word="x"), name="sample_check")
UNIQUE = models.UniqueConstraint(fields=["word"], name="sample_unique")


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.RemoveField("tip", "word"), "still uses it"),
        (migrations.DeleteModel("Tip"), "still uses it"),
        (migrations.RenameField("tip", "word", "term"), "still uses it"),
        (migrations.AddField("tip", "more", models.TextField()), "db_default"),
        (migrations.AddField("tip", "more", models.TextField(default="x")), "db_default"),
        (migrations.AlterField("tip", "word", models.CharField(max_length=10)), "leave it empty"),
        (migrations.AlterField("tip", "word", models.IntegerField(null=True)), "another type"),
        (
            migrations.AlterField("tip", "word", models.CharField(max_length=5, null=True)),
            "another type",
        ),
        (migrations.AddField("tip", "more", models.TextField(null=True, db_index=True)), "index"),
        (
            migrations.AddField(
                "tip", "more", models.ForeignKey("Tip", models.PROTECT, null=True, db_index=False)
            ),
            "db_constraint",
        ),
        (migrations.AddField("tip", "more", models.FloatField(db_default=Random())), "computed"),
        (migrations.RunSQL("CREATE OR REPLACE FUNCTION f() RETURNS int"), "release asks"),
        (migrations.AddIndex("tip", INDEX), "AddIndexConcurrently"),
        (migrations.AddConstraint("tip", CHECK), "AddConstraintNotValid"),
        (migrations.AddConstraint("tip", UNIQUE), "concurrently"),
        (migrations.RunSQL("ALTER TABLE tips_tip DROP COLUMN word"), "takes something away"),
        (migrations.RunSQL("ALTER TABLE tips_tip RENAME word TO term"), "renames"),
        (migrations.RunSQL("CREATE INDEX x ON tips_tip (word)"), "CONCURRENTLY"),
        (
            migrations.RunSQL("ALTER TABLE tips_tip ADD CONSTRAINT c CHECK (word = 'x')"),
            "NOT VALID",
        ),
        (
            migrations.SeparateDatabaseAndState(
                database_operations=[migrations.RunSQL("DROP TABLE tips_tip")]
            ),
            "takes something away",
        ),
    ],
)
def test_what_takes_away_is_named(state, operation, said):
    (found,) = faults_of(_migration(operation), state)
    assert said in found


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("tip", "more", models.TextField(null=True)),
        migrations.AddField("tip", "more", models.TextField(db_default="x")),
        migrations.AlterField("tip", "word", models.CharField(max_length=20, null=True)),
        AddIndexConcurrently("tip", INDEX),
        AddConstraintNotValid("tip", CHECK),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON tips_tip (word)"),
        migrations.RunSQL("ALTER TABLE tips_tip ADD CONSTRAINT c CHECK (word = 'x') NOT VALID"),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Tip")]),
    ],
)
def test_what_only_expands_may_be(state, operation):
    assert faults_of(_migration(operation), state) == []


def test_every_session_says_its_version():
    """By it the contract step knows that nobody older is at work (docs/decisions/0061)."""
    unnamed = [
        f"{file.relative_to(KENG)}:{call.lineno}"
        for file in python_files(KENG)
        if not is_test(file)
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "application_name" and "session_name(" not in ast.unparse(keyword.value)
    ]
    assert not unnamed
