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


@pytest.mark.parametrize("by", [";", "\t"])
def test_columns_may_be_separated_by_semicolons_or_tabs(tmp_path, by):
    path = table(
        tmp_path, TABLE.replace(",", by).replace("reward", "reward, ml") + f"{by} {by}\n\n"
    )
    found = labels_in_table(path, CONDITIONS)
    assert found == {"context": ("on", "on", "off"), "reward, ml": ("1", "2", "2")}


def test_a_separator_within_a_name_parts_nothing(tmp_path):
    path = table(tmp_path, "condition;digit\n7, image 1;7\n3, image 1;3\n")
    assert labels_in_table(path, ("3, image 1", "7, image 1")) == {"digit": ("3", "7")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE.replace("look 60°,on,2\n", ""), "no row for 1 of 3 conditions, such as 'look 60°'"),
        (
            TABLE.replace("look 60°", "look 90°"),
            "row 4: 'look 90°' is no condition of the recording; and",
        ),
        ("n,side\na,1\nb,2\nc,1\n", "no row for condition 'look 0°'; its first column begins 'a'"),
        (
            TABLE[TABLE.index("no-look") :],
            "its first row is itself for condition 'no-look 0°': it h",
        ),
        ("0,a\n1,b\n2,c\n", "its first row is itself for condition '0': it has no header. Begin"),
        (TABLE + "\n,,\nlook 90°,on,2\n", "row 7: 'look 90°' is no condition of the recording"),
        (TABLE + "look 60°,on,2\n", "rows 4 and 5 are both for condition 'look 60°'. Leave"),
        (TABLE + "look 60°,on\n", "row 5 has 2 columns and the header has 3. Give every"),
        (TABLE.replace("on,1", "on, "), "row 3, column 'reward' is empty. Give a label, or leave"),
        (TABLE.replace("look 60°", ""), "row 4, column 'condition' is empty. Give a label"),
        ("condition\nlook 0°\n", "no variable or no condition in it. Give a header"),
        ("", "no variable or no condition in it"),
        (TABLE.replace("reward", "context"), "its variables are context, context. Name every"),
        (b"\xff\xfe,\n", "it is not UTF-8 text. Save it as comma-separated text in UTF-8"),
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
    (tmp_path / "tabs.tsv").touch()
    with pytest.raises(HomologError, match=r"HM032 there is no file .*tab.tsv.*'tabs.tsv'"):
        labels_in_table(tmp_path / "tab.tsv", CONDITIONS)


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


def test_each_part_of_a_pattern_takes_as_little_as_it_can():
    names = ("no-look-1", "look-1")
    assert labels_by_pattern("{context}-{}", names) == {"context": ("no", "look")}
    told = labels_by_pattern("{context}-{nth}", names)
    assert told == {"context": ("no", "look"), "nth": ("look-1", "1")}


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
