"""Labels of conditions from tables and from names."""

import pytest

from homolog.audit._label_files import labels_by_pattern, labels_in_table
from homolog.errors import HomologError

CONDITIONS = ("look 0°", "look 60°", "no-look 0°")
TABLE = "condition,context,reward\nno-look 0°,off, 2\nlook 0°,on,1\nlook 60°,on,2\n"


def table(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_rows_are_found_by_the_name_of_the_condition(tmp_path, mark):
    found = labels_in_table(table(tmp_path, mark + TABLE), CONDITIONS)
    assert found == {"context": ("on", "on", "off"), "reward": ("1", "2", "2")}


def test_rows_are_found_by_the_place_of_the_condition(tmp_path):
    path = table(tmp_path, "place,side\n1,b\n0,a\n2,c\n")
    assert labels_in_table(path, CONDITIONS) == {"side": ("a", "b", "c")}
    assert labels_in_table(path, (2, 1, 0)) == {"side": ("c", "b", "a")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE.replace("look 60°,on,2\n", ""), "no row for 1 of 3 conditions, such as 'look 60°'"),
        (TABLE.replace("look 60°", "look 90°"), "no row for condition 'look 60°'; its first col"),
        (TABLE + "look 90°,on,2\n", "'look 90°' is no condition of the recording"),
        (TABLE + "look 60°,on,2\n", "condition 'look 60°' has two rows. Leave out one"),
        (TABLE + "look 60°,on\n", "row 5 has 2 fields and row 1 has 3. Give every row as many"),
        ("condition\nlook 0°\n", "no variable or no condition in it. Give a header"),
        ("", "no variable or no condition in it"),
        (TABLE.replace("reward", "context"), "its variables are context, context. Name every"),
        (b"\xff\xfe,\n", "it is not UTF-8 text. Save it as UTF-8"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_what_is_lacking(tmp_path, text, message):
    path = table(tmp_path, text)
    with pytest.raises(HomologError) as caught:
        labels_in_table(path, CONDITIONS)
    assert str(caught.value).startswith(f"HM067 {path}: {message}")


def test_a_table_that_is_not_there_names_those_that_are(tmp_path):
    table(tmp_path, TABLE)
    with pytest.raises(HomologError, match=r"HM032 there is no file .*label.csv.*'labels.csv'"):
        labels_in_table(tmp_path / "label.csv", CONDITIONS)


def test_names_are_taken_apart_by_a_pattern():
    found = labels_by_pattern("{context} {direction}°", CONDITIONS)
    assert found == {"context": ("look", "look", "no-look"), "direction": ("0", "60", "0")}
    frames = ("natural-zoom1-movie03-frame05", "contrast-zoom2-movie10-frame00")
    pattern = "{category}-zoom{zoom}-movie{movie}-frame{}"
    assert labels_by_pattern(pattern, frames) == {
        "category": ("natural", "contrast"),
        "zoom": ("1", "2"),
        "movie": ("03", "10"),
    }


def test_signs_of_regular_expressions_in_a_pattern_are_plain_letters():
    assert labels_by_pattern("a.b*({x})", ("a.b*(1)", "a.b*(2)")) == {"x": ("1", "2")}
    with pytest.raises(HomologError, match=r"condition 'aXb\*\(1\)' does not fit"):
        labels_by_pattern("a.b*({x})", ("aXb*(1)",))


@pytest.mark.parametrize("pattern", ["no variable", "{}", "{a}-{a}"])
def test_a_pattern_without_variables_or_with_one_twice_is_refused(pattern):
    with pytest.raises(HomologError, match=r"HM067 pattern .*: no variable, or one twice. Name"):
        labels_by_pattern(pattern, ("1-1",))


def test_numbers_are_names_too():
    assert labels_by_pattern("1{x}", (12, 13)) == {"x": ("2", "3")}
