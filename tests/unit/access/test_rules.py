"""Rules of who may do what: what they allow, and how they are read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.model import EVERYONE, AccessRules, Person, Right, Rule, Standing
from bot.access.rules import load_rules, read_rules, unmatched_patterns
from bot.settings import Settings, SettingsError

ACCOUNTS = ("prod", "staging")
IDS = ("U1AA", "U2BB", "S1AA", "S2BB", "C1AA", "C2BB", EVERYONE)
PATTERNS = ("*", "order-*", "order-?", "*-eu", "payroll", "[op]*")
NAMES = ("order-1", "order-processing", "payroll", "invoices-eu", "Order-1", "")

rules = st.builds(
    Rule,
    who=st.lists(st.sampled_from(IDS), min_size=1, max_size=3).map(tuple),
    accounts=st.lists(st.sampled_from(("*", "prod", "stag*")), min_size=1, max_size=2).map(tuple),
    workflows=st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2).map(tuple),
    rights=st.frozensets(st.sampled_from([*Right]), min_size=1),
)
rule_sets = st.lists(rules, max_size=4)
people = st.builds(
    Person,
    id=st.sampled_from(("U1AA", "U2BB", "U3CC")),
    standing=st.sampled_from([*Standing]),
    groups=st.frozensets(st.sampled_from(("S1AA", "S2BB"))),
)
channels = st.sampled_from(("", "C1AA", "C2BB", "D1AA"))
rights = st.sampled_from([*Right])
accounts = st.sampled_from(ACCOUNTS)
names = st.sampled_from(NAMES)


@given(rule_sets, rule_sets, people, channels, rights, accounts, names)
def test_more_rules_never_take_a_right_away(
    some: list[Rule], more: list[Rule], who: Person, channel: str, right: Right, account: str, name: str
) -> None:
    if AccessRules(some).allows(who, channel, right, account, name):
        assert AccessRules([*more, *some]).allows(who, channel, right, account, name)


@given(rule_sets, people, channels, rights, accounts, names)
def test_what_no_rule_gives_is_refused(
    some: list[Rule], who: Person, channel: str, right: Right, account: str, name: str
) -> None:
    without = [Rule(rule.who, rule.accounts, rule.workflows, rule.rights - {right}) for rule in some]
    assert not AccessRules(without).allows(who, channel, right, account, name)


@given(rule_sets, people, channels, rights, accounts, names)
def test_a_guest_has_nothing_by_everyone_or_by_a_channel(
    some: list[Rule], who: Person, channel: str, right: Right, account: str, name: str
) -> None:
    guest = Person(who.id, Standing.GUEST, who.groups)
    theirs = {guest.id, *guest.groups}
    named = [rule for rule in some if theirs & set(rule.who)]
    given_to = AccessRules(some).allows(guest, channel, right, account, name)
    assert given_to == AccessRules(named).allows(guest, channel, right, account, name)
    unnamed = [rule for rule in some if not theirs & set(rule.who)]
    assert not AccessRules(unnamed).allows(guest, channel, right, account, name)


@given(rule_sets, channels, rights, accounts, names, st.sampled_from(["stranger", "bot", "deactivated"]))
def test_strangers_programs_and_those_who_left_have_nothing(
    some: list[Rule], channel: str, right: Right, account: str, name: str, standing: str
) -> None:
    who = Person("U1AA", Standing(standing), frozenset({"S1AA"}))
    assert not AccessRules(some).allows(who, channel, right, account, name)
    assert not AccessRules().allows(who, channel, right, account, name)


@given(rule_sets, people, channels, rights, accounts, names)
def test_a_right_for_a_workflow_is_one_for_any_and_one_for_all_is_one_for_each(
    some: list[Rule], who: Person, channel: str, right: Right, account: str, name: str
) -> None:
    all_rules = AccessRules(some)
    if all_rules.allows(who, channel, right, account, name):
        assert all_rules.allows_any(who, channel, right, account)
    if all_rules.allows_all(who, channel, right, account):
        assert all_rules.allows(who, channel, right, account, name)


@given(rule_sets, st.sampled_from(["U1AA", "U3CC"]), rights, accounts, names)
def test_what_a_channel_may_read_every_member_may_who_acts_there(
    some: list[Rule], user: str, right: Right, account: str, name: str
) -> None:
    if AccessRules(some).allows_in("C1AA", right, account, name):
        assert AccessRules(some).allows(Person(user, Standing.MEMBER), "C1AA", right, account, name)


@given(rule_sets, people, channels, rights, accounts, names)
def test_whoever_has_a_right_is_named_as_one_who_has_it(
    some: list[Rule], who: Person, channel: str, right: Right, account: str, name: str
) -> None:
    all_rules = AccessRules(some)
    if all_rules.allows(who, channel, right, account, name):
        assert {EVERYONE, who.id, channel, *who.groups} & set(all_rules.who_may(right, account, name))
        assert set(all_rules.who_may(right, account, name)) <= set(all_rules.who_may(right, account))


@pytest.mark.parametrize("right", list(Right))
def test_without_rules_members_view_and_subscribe_and_guests_do_nothing(right: Right) -> None:
    member, guest = (Person("U1AA", standing) for standing in (Standing.MEMBER, Standing.GUEST))
    expected = right in {Right.VIEW, Right.SUBSCRIBE}
    assert AccessRules().allows(member, "", right, "prod", "orders") is expected
    assert not AccessRules().allows(guest, "C1AA", right, "prod", "orders")


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        ("*", NAMES),
        ("order-*", ("order-1", "order-processing")),
        ("order-?", ("order-1",)),
        ("*-eu", ("invoices-eu",)),
        ("payroll", ("payroll",)),
        ("[op]*", ("order-1", "order-processing", "payroll")),
    ],
)
def test_a_pattern_fits_whole_names_with_their_case(pattern: str, fitting: tuple[str, ...]) -> None:
    all_rules = AccessRules([Rule((EVERYONE,), ("*",), (pattern,), frozenset({Right.VIEW}))])
    who = Person("U1AA", Standing.MEMBER)
    assert tuple(name for name in NAMES if all_rules.allows(who, "", Right.VIEW, "prod", name)) == fitting


GOOD = {"who": ["U1AA", "S1AA", "C1AA", "everyone"], "workflows": ["order-*"], "rights": ["view", "operate"]}


@pytest.mark.parametrize(
    ("given_rules", "problem"),
    [
        ({}, 'is not a list of rules, as in [{"who": ["everyone"], "rights": ["view"]}]'),
        ([], "has no rule, so nobody could use the bot: write one, or leave it out"),
        (["view"], "rule 1 is view: a rule is an object with who, accounts, workflows and rights"),
        ([GOOD, GOOD | {"who": []}], "rule 2 has an empty who"),
        ([GOOD | {"who": "everyone"}], 'rule 1 has who that is not a list of texts, as in ["…"]'),
        ([GOOD | {"rights": [1]}], 'rule 1 has rights that is not a list of texts, as in ["…"]'),
        ([GOOD | {"rights": ["veiw"]}], "rule 1 has the right veiw: did you mean view?"),
        (
            [GOOD | {"rights": ["sing"]}],
            "rule 1 has the right sing: there are view, payloads, subscribe, operate, bulk, admin",
        ),
        ([{"who": ["everyone"]}], "rule 1 has no rights"),
        ([{"rights": ["view"]}], "rule 1 has no who"),
        (
            [GOOD | {"accounts": ["dev"]}],
            "rule 1 has account dev: there is no such account, only prod, staging",
        ),
        ([GOOD | {"workflows": [" "]}], "rule 1 has an empty text in workflows"),
        ([GOOD | {"workflow": ["x"]}], "rule 1 has workflow: did you mean workflows?"),
        ([GOOD | {"colour": ["x"]}], "rule 1 has colour: a rule has who, accounts, workflows, rights"),
    ],
)
def test_what_is_wrong_with_rules_is_said_in_a_line(given_rules: object, problem: str) -> None:
    assert read_rules(given_rules, ACCOUNTS)[1] == [problem]


@pytest.mark.parametrize("who", ["ada", "@ada", "u1aa", "T1AA", "Everyone", "D1AA", "U 1AA", "<@U1AA>", "U"])
def test_who_is_not_an_id_is_refused(who: str) -> None:
    (problem,) = read_rules([GOOD | {"who": [who]}], ACCOUNTS)[1]
    assert problem.startswith(f"rule 1 has who {who}: that is everyone, or Slack's id of a person (U…)")


def test_all_problems_are_told_at_once() -> None:
    wrong = [GOOD | {"who": ["ada"], "rights": ["veiw", "sing"]}, {}]
    assert len(read_rules(wrong, ACCOUNTS)[1]) == 5


def settings(**chosen: str) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token="xoxb-1",
        slack_signing_secret="secret",
        wrangler_dev_url="http://127.0.0.1:8787",
        bot_access=chosen.get("access"),
        bot_access_file=chosen.get("file"),
    )


TOML = """
[[rules]]
who = ["U1AA", "S1AA", "C1AA", "everyone"]
workflows = ["order-*"]
rights = ["view", "operate"]
"""


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "access.toml"
    file.write_text(TOML)
    by_json, by_toml = load_rules(settings(access=json.dumps([GOOD]))), load_rules(settings(file=str(file)))
    assert by_json == by_toml
    assert by_json.are_set
    assert by_json.rules[0].accounts == ("*",), "all where it is left out"
    assert load_rules(settings()) == AccessRules()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "can't be read: No such file or directory"),
        (b"rules = [", "is not valid TOML: "),
        (b"[[rule]]", "has rule: rules begin with [[rules]]"),
        (b"\xff", "is not UTF-8: save it as such"),
        (b"", "has no rule, so nobody could use the bot: write one, or leave it out"),
        (b"rules = 3", "is not a list of rules"),
        (b'[[rules]]\nwho = ["ada"]\nrights = ["view"]', "rule 1 has who ada"),
    ],
)
def test_a_file_that_has_no_rules_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "access.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_rules(settings(file=str(file)))
    (line,) = refused.value.problems
    assert line.startswith("BOT_ACCESS_FILE ")
    assert problem in line


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "BOT_ACCESS is not valid JSON at character 2"),
        ("[" * 100_000, "BOT_ACCESS is not valid JSON: it is nested too deeply"),
        ("view", "BOT_ACCESS is not valid JSON at character 1"),
    ],
)
def test_a_text_that_is_no_json_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_rules(settings(access=text))
    assert refused.value.problems == [problem]


def test_one_of_the_two_settings_is_enough() -> None:
    with pytest.raises(SettingsError) as refused:
        load_rules(settings(access="[]", file="access.toml"))
    assert refused.value.problems == ["BOT_ACCESS and BOT_ACCESS_FILE are both set: leave one of them out"]


def test_patterns_that_fit_no_workflow_are_told() -> None:
    read, _ = read_rules([GOOD | {"workflows": ["order-*", "odrer-*", "*"], "accounts": ["prod"]}], ACCOUNTS)
    assert unmatched_patterns(read, {"prod": ["order-1"], "staging": ["odrer-1"]}) == [
        "rule 1 has odrer-*, which fits no workflow of prod"
    ]
    assert unmatched_patterns(read, {"staging": ["x"]}) == [], "what can't be read may be there"
