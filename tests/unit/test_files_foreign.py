"""Files that other programs wrote are read by what they say, and never by a guess."""

from pathlib import Path

import h5py
import numpy as np
import pandas
import pytest
import scipy.io
import scipy.sparse
import xarray

from homolog.errors import HomologError
from homolog.files import arrays, inspect, load, save
from homolog.representation import Representation

RATES = np.random.default_rng(0).normal(size=(4, 3))
TRIALS = np.random.default_rng(1).normal(size=(5, 4, 3))


def refused(path, *args, **options) -> str:
    """Say why a file is refused."""
    with pytest.raises(HomologError) as error:
        load(path, *args, **options)
    return str(error.value)


def text(folder: Path, content: str, suffix: str = "csv") -> Path:
    """Write a file of text."""
    path = folder / f"x.{suffix}"
    path.write_text(content, encoding="utf-8", newline="")
    return path


class TestNumpy:
    def test_npy(self, tmp_path):
        np.save(tmp_path / "x.npy", np.asfortranarray(RATES))
        x = load(tmp_path / "x.npy")
        np.testing.assert_array_equal(x.matrix, RATES)
        assert x.name == "x"

    def test_npy_needs_names_for_three_axes(self, tmp_path):
        np.save(tmp_path / "x.npy", TRIALS)
        assert refused(tmp_path / "x.npy").startswith("HM007")
        assert load(tmp_path / "x.npy", "trial,stimulus,unit").n_trials == 5
        assert load(tmp_path / "x.npy", flatten=True).n_neurons == 12

    def test_the_only_array_with_axes(self, tmp_path):
        np.savez(tmp_path / "x.npz", rates=RATES, window=0.2, depth=np.arange(3))
        np.testing.assert_array_equal(load(tmp_path / "x.npz").matrix, RATES)

    def test_which_of_several(self, tmp_path):
        path = tmp_path / "x.npz"
        np.savez(path, v1=RATES, v4=RATES + 1, unit_id=np.arange(3), stimuli=["a", "b", "c", "d"])
        assert refused(path) == (f"HM022 {path} holds 2 arrays: 'v1', 'v4'. Name one: {path}::v1")
        x = load(f"{path}::v4")
        np.testing.assert_array_equal(x.matrix, RATES + 1)
        assert x.stimuli is None  # it is not said whose labels these are
        assert refused(f"{path}::v5") == (
            f"HM023 no array 'v5'. Closest: 'v4', 'v1'. homolog inspect {path} lists all."
        )

    def test_labels_beside_the_only_array(self, tmp_path):
        np.savez(
            tmp_path / "x.npz",
            rates=TRIALS,
            dims="trial,stimulus,unit",
            stimuli=["a", "b", "c", "d"],
            neurons=[7, 8, 9],
            missing=TRIALS > 2,
            unit="Hz",
            name="V1",
        )
        x = load(tmp_path / "x.npz")
        assert (x.stimuli, x.neurons, x.unit, x.name) == (tuple("abcd"), (7, 8, 9), "Hz", "V1")
        assert x.dims == ("trial", "stimulus", "neuron")

    def test_responses_among_others(self, tmp_path):
        np.savez(tmp_path / "x.npz", responses=RATES, waveforms=TRIALS, stimuli=[1, 2, 3, 4])
        assert load(tmp_path / "x.npz").stimuli == (1, 2, 3, 4)

    def test_what_is_given_replaces_what_is_there(self, tmp_path):
        np.savez(tmp_path / "x.npz", responses=RATES, stimuli=[1, 2, 3, 4])
        assert load(tmp_path / "x.npz", stimuli="abcd").stimuli == tuple("abcd")

    def test_gaps(self, tmp_path):
        values = RATES.copy()
        values[0, 2] = np.nan
        np.save(tmp_path / "x.npy", values)
        assert refused(tmp_path / "x.npy").startswith("HM004 x has 1 NaN")
        assert load(tmp_path / "x.npy", nan="drop-units").n_neurons == 2

    def test_every_array_as_it_is(self, tmp_path):
        np.savez(tmp_path / "x.npz", counts=np.eye(3, dtype="i2"), words=["a", "b"])
        found = arrays(tmp_path / "x.npz")
        assert found["counts"].dtype == np.int16
        assert found["words"].tolist() == ["a", "b"]


class TestHdf5:
    def test_groups(self, tmp_path):
        path = tmp_path / "x.h5"
        with h5py.File(path, "w") as file:
            file["/ay3/V1/rates"] = RATES
            file["/ay3/V1/stimuli"] = ["a", "b", "c", "d"]
            file["/ay3/V4/rates"] = RATES + 1
            file["/ay3/V4/stimuli"] = np.array([b"a", b"b", b"c", b"d"])
        assert refused(path).startswith("HM022")
        assert load(f"{path}::/ay3/V1").stimuli == ("a", "b", "c", "d")
        x = load(f"{path}::ay3/V4/rates")
        np.testing.assert_array_equal(x.matrix, RATES + 1)
        assert x.stimuli == ("a", "b", "c", "d")
        assert x.name == "x/ay3/V4/rates"
        assert refused(f"{path}::/ay4").startswith("HM023")

    def test_an_empty_dataset_is_no_array(self, tmp_path):
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["nothing"] = h5py.Empty("f8")
        assert refused(tmp_path / "x.h5").startswith("HM022")

    def test_a_compound_type_is_not_numbers(self, tmp_path):
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["spikes"] = np.zeros((4, 3), dtype=[("time", "f8"), ("unit", "i4")])
        assert refused(f"{tmp_path / 'x.h5'}::spikes").startswith("HM017")


def write_mat73(path: Path) -> None:
    """Write what MATLAB's ``save -v7.3`` writes: axes reversed, text as code points."""
    with h5py.File(path, "w", userblock_size=512) as file:

        def put(name, values, matlab_class, **attributes):
            dataset = file.create_dataset(name, data=values)
            dataset.attrs["MATLAB_class"] = np.bytes_(matlab_class)
            for key, value in attributes.items():
                dataset.attrs[key] = value
            return dataset

        def codes(word):
            return np.array([ord(one) for one in word], dtype=np.uint16)[:, None]

        put("responses", TRIALS.transpose(2, 1, 0), "double")
        put("missing", (TRIALS > 1.5).transpose(2, 1, 0).astype(np.uint8), "logical")
        put("unit", codes("Hz"), "char")
        put("notes", np.array([0, 5], dtype=np.uint64), "double", MATLAB_empty=np.uint8(1))
        put("name", np.array([0, 0], dtype=np.uint64), "char", MATLAB_empty=np.uint8(1))
        for key, words in (
            ("stimuli", ["left", "né", "up", "down"]),
            ("dims", ["trial", "stimulus", "neuron"]),
        ):
            cells = [put(f"#refs#/{key}{i}", codes(w), "char").ref for i, w in enumerate(words)]
            put(key, np.array([cells], dtype=h5py.ref_dtype), "cell")
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


class TestMatlab:
    def test_version_73(self, tmp_path):
        write_mat73(tmp_path / "x.mat")
        x = load(tmp_path / "x.mat")
        np.testing.assert_array_equal(x.missing, TRIALS > 1.5)
        np.testing.assert_array_equal(x.responses, np.where(x.missing, 0.0, TRIALS))
        assert x.stimuli == ("left", "né", "up", "down")
        assert (x.unit, x.dims) == ("Hz", ("trial", "stimulus", "neuron"))
        assert arrays(tmp_path / "x.mat")["notes"].shape == (0, 5)

    def test_version_5(self, tmp_path):
        cells = np.empty((1, 4), dtype=object)
        cells[0] = ["left", "né", "", "down"]
        scipy.io.savemat(
            tmp_path / "x.mat",
            {"rates": RATES, "stimuli": cells, "neurons": [[7], [8], [9]], "unit": "Hz"},
        )
        x = load(tmp_path / "x.mat")
        np.testing.assert_array_equal(x.matrix, RATES)
        assert (x.stimuli, x.neurons) == (("left", "né", "", "down"), (7, 8, 9))

    def test_axes_that_matlab_drops_come_back(self, tmp_path):
        scipy.io.savemat(tmp_path / "x.mat", {"responses": RATES, "dims": "stimulus,time,neuron"})
        assert load(tmp_path / "x.mat").responses.shape == (4, 3, 1)

    def test_sparse_and_logical(self, tmp_path):
        path = tmp_path / "x.mat"
        scipy.io.savemat(path, {"a": scipy.sparse.csc_matrix(np.eye(4)), "b": np.eye(4) > 0})
        np.testing.assert_array_equal(load(f"{path}::a").matrix, np.eye(4))
        np.testing.assert_array_equal(load(f"{path}::b").matrix, np.eye(4))

    def test_a_struct_is_not_numbers(self, tmp_path):
        path = tmp_path / "x.mat"
        scipy.io.savemat(path, {"session": {"rates": RATES}})
        for said in (refused(path), refused(f"{path}::session"), refused(f"{path}::session/rates")):
            assert said == (
                f"HM017 'session' in {path} is a struct of MATLAB; only plain arrays are read."
                " Save the array in it as a variable of its own."
            )
        assert inspect(path).arrays[0].dtype == "struct"

    def test_a_cell_is_not_numbers(self, tmp_path):
        cells = np.empty((1, 2), dtype=object)
        cells[0] = [RATES, RATES]
        scipy.io.savemat(tmp_path / "x.mat", {"areas": cells, "rates": RATES})
        assert refused(f"{tmp_path / 'x.mat'}::areas").startswith("HM017 'areas' in")
        assert load(f"{tmp_path / 'x.mat'}::rates").n_neurons == 3


class TestTables:
    def test_labels_in_both(self, tmp_path):
        x = load(text(tmp_path, "stimulus,n1,n2\na,1,2\nb,3,4.5\nc,5,-6e-1\n"))
        assert (x.stimuli, x.neurons) == (("a", "b", "c"), ("n1", "n2"))
        assert x.matrix.tolist() == [[1, 2], [3, 4.5], [5, -0.6]]

    def test_numbers_alone(self, tmp_path):
        x = load(text(tmp_path, "1.5\t2\n3\t4\n5\t6\n", "tsv"))
        assert x.matrix.tolist() == [[1.5, 2], [3, 4], [5, 6]]
        assert x.stimuli is x.neurons is None

    def test_names_of_neurons_alone(self, tmp_path):
        x = load(text(tmp_path, "n1,n2\r\n1,2\r\n3,4\r\n5,6\r\n"))
        assert x.neurons == ("n1", "n2")
        assert x.stimuli is None

    def test_a_first_row_with_a_gap(self, tmp_path):
        x = load(text(tmp_path, ",0.5\n1,2\n3,5\n"), nan="pairwise")
        assert x.n_stimuli == 3
        assert x.missing[0, 0]

    def test_one_neuron(self, tmp_path):
        assert load(text(tmp_path, "rate\n1\n2\n4\n")).neurons == ("rate",)
        assert load(text(tmp_path, "1\n2\n4\n")).neurons is None

    def test_labels_of_stimuli_alone(self, tmp_path):
        x = load(text(tmp_path, "a,1.5,2\nb,3,4\nc,5,6\n"))
        assert x.stimuli == ("a", "b", "c")
        assert x.neurons is None

    @pytest.mark.parametrize("options", [{}, {"index_label": "image_id"}])
    def test_pandas(self, options, tmp_path):
        frame = pandas.DataFrame(RATES, columns=["a", "b", "c"], index=[10, 20, 30, 40])
        frame.to_csv(tmp_path / "x.csv", **options)
        x = load(tmp_path / "x.csv")
        assert (x.stimuli, x.neurons) == ((10, 20, 30, 40), ("a", "b", "c"))
        np.testing.assert_array_equal(x.matrix, RATES)

    def test_a_byte_order_mark_quotes_and_blank_lines(self, tmp_path):
        x = load(text(tmp_path, '\ufeffstimulus,"n,1",n2\n"a\nb",1,2\n\nb,3,4\nc,5,7\n\n'))
        assert (x.stimuli, x.neurons) == (("a\nb", "b", "c"), ("n,1", "n2"))

    def test_gaps(self, tmp_path):
        path = text(tmp_path, "stimulus,n1,n2\na,1,\nb,NA,4\nc,5,nan\nd,1,2\n")
        assert refused(path).startswith("HM004 x has 3 NaN in 2 of 2 units (0, 1) and 3 stimuli")
        assert load(path, nan="pairwise").missing.sum() == 3

    @pytest.mark.parametrize("first", ["0,1,2", "a,1,0", "picture,10,11", ",10,11"])
    def test_a_first_row_that_could_be_either_is_refused(self, first, tmp_path):
        path = text(tmp_path, f"{first}\nb,3,4\nc,5,6\nd,7,9\n")
        assert refused(path) == (
            f"HM039 {path}: row 1 may name the neurons or hold responses. If it is a header let it"
            " begin with the word stimulus, if not put one before it."
        )

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("a,1.5\nb,2", "its last line is cut off, or a line end is wanting after it"),
            ("\n\n", "it has no rows"),
            ('a,"1.5\nb,2\n', "unexpected end of data"),
            ("stimulus (3),n1\na,1\nb,2\n", "it says that it has 3 stimuli and has 2"),
        ],
    )
    def test_a_damaged_table_is_refused(self, content, why, tmp_path):
        path = text(tmp_path, content)
        assert refused(path) == (
            f"HM021 {path} cannot be read as a table: {why}. Write the file anew."
        )

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("stimulus,n1,n2\na,1,2\nb,n/a?,4\nc,5,6\n", "row 3, column 2 is 'n/a?'"),
            ("1,2\n3,4\n5,oops\n", "row 3, column 2 is 'oops'"),
            ("n1,n2\n1,2\nx,4\n5,6\n", "row 3, column 1 is 'x'"),  # n1 is a neuron all the same
        ],
    )
    def test_a_word_among_numbers(self, content, why, tmp_path):
        path = text(tmp_path, content)
        assert refused(path) == (
            f"HM021 {path} cannot be read as a table: {why}, not a number. Give the number, or"
            " leave the cell empty and choose nan=."
        )

    def test_rows_of_unequal_length(self, tmp_path):
        path = text(tmp_path, "stimulus,n1,n2\na,1,2\nb,3\nc,5,6\n")
        assert refused(path) == (
            f"HM021 {path} cannot be read as a table: row 3 has 2 fields and row 1 has 3. Give"
            " every row as many, and delete lines that stand before the table."
        )

    @pytest.mark.parametrize(
        ("lines", "suffix", "said"),
        [
            (["stim;n0;n1", "a;1,5;2", "b;3;4,5"], "csv", "semicolons. Save it with commas and"),
            (["1,5;2,5", "3,5;4,5", "5,5;6,5"], "csv", "semicolons. Save it with commas and"),
            (["stim\tn0\tn1", "a\t1\t2", "b\t3\t4"], "csv", "tabs. Save it with commas, or name"),
            (["1.5  2", "3 4", "5 6"], "csv", "spaces. Save it with commas and"),
            (["stim,n0,n1", "face a,1,2", "b,3,4"], "tsv", "commas. Save it with tabs and"),
        ],
    )
    def test_other_separators_are_named(self, lines, suffix, said, tmp_path):
        path = text(tmp_path, "\n".join([*lines, ""]), suffix)
        expected = f"HM021 {path} cannot be read as a table: its columns are separated by {said}"
        assert refused(path).startswith(expected)
        with pytest.raises(HomologError, match="its columns are separated by"):
            inspect(path)

    def test_separators_inside_of_cells_are_none(self, tmp_path):
        path = text(tmp_path, "the stimulus,n1\nface a,1\nface b,x\nface c,2\n")
        assert "row 3, column 2 is 'x'" in refused(path)
        path = text(tmp_path, "a\t1,5\nb\t2,5\nc\t3,5\n", "tsv")
        assert refused(path).startswith("HM017")

    def test_a_comment_before_the_table(self, tmp_path):
        path = text(tmp_path, "# recorded in May\nstimulus,n1\na,1\nb,2\nc,4\n")
        assert refused(path) == (
            f"HM021 {path} cannot be read as a table: it begins with a comment. Delete the lines"
            " that begin with #, or the # alone before names of columns."
        )

    def test_labels_without_responses(self, tmp_path):
        path = text(tmp_path, "stimulus\na\nb\nc\n")
        for read in (load, inspect):
            with pytest.raises(HomologError, match=r"HM021 .* one column, of labels, and none of"):
                read(path)

    def test_labels_follow_the_axes(self, tmp_path):
        path = text(tmp_path, "neuron,s1,s2,s3\nn1,1,2,4\nn2,3,5,6\n")
        x = load(path, "neuron,stimulus")
        assert (x.stimuli, x.neurons) == (("s1", "s2", "s3"), ("n1", "n2"))
        assert x.matrix.tolist() == [[1, 3], [2, 5], [4, 6]]
        assert load(path, "neuron,stimulus", stimuli="abc").stimuli == tuple("abc")

    def test_a_column_of_words_is_refused(self, tmp_path):
        path = text(tmp_path, "stimulus,category,n1\na,face,2\nb,house,4\nc,face,6\n")
        assert refused(path) == (
            "HM017 1 column of the table holds no numbers: 'category'. The first column holds the"
            " stimulus labels; remove every other column of text."
        )

    def test_text_that_is_not_utf8(self, tmp_path):
        (tmp_path / "x.csv").write_bytes(b"stimulus,n1\n\xff\xfe,1\n")
        assert refused(tmp_path / "x.csv").endswith("it is not UTF-8 text. Save it as UTF-8.")


class TestFirstColumn:
    """A first column of numbers: labels or a neuron, by its header."""

    FORMS = pytest.mark.parametrize("form", ["csv", "tsv", "parquet"])

    def written(self, folder: Path, header: str, form: str) -> Path:
        """Write a table whose first column is numbers."""
        path, names = folder / f"x.{form}", header.split(",")
        values = np.column_stack([[0, 22.5, 45, 67.5], *RATES.T])[:, : len(names)]
        frame = pandas.DataFrame(values, columns=names)
        if form == "parquet":
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False, sep="," if form == "csv" else "\t")
        return path

    @FORMS
    @pytest.mark.parametrize(
        "first", ["orientation", "stim", "Stimulus", "label", "Unnamed: 0", "image_id"]
    )
    def test_labels(self, first, form, tmp_path):
        x = load(self.written(tmp_path, f"{first},n0,n1,n2", form))
        assert x.neurons == ("n0", "n1", "n2")
        assert [float(one) for one in x.stimuli] == [0, 22.5, 45, 67.5]
        np.testing.assert_array_equal(x.matrix, RATES)

    @FORMS
    @pytest.mark.parametrize("header", ["n0,n1,n2,n3", "n,n.1,n.2", "V1_3,V1_12,V4_1,V4_2", "rate"])
    def test_a_neuron(self, header, form, tmp_path):
        x = load(self.written(tmp_path, header, form))
        assert x.neurons == tuple(header.split(","))
        assert x.stimuli is None

    @FORMS
    @pytest.mark.parametrize(
        "first", ["AVAL,AVAR,RIM", "orientation,face,house", "soma,n1", "v1,n0,n1"]
    )
    def test_unclear(self, first, form, tmp_path):
        path = self.written(tmp_path, first, form)
        column = first.partition(",")[0]
        for read in (load, inspect):
            with pytest.raises(HomologError) as error:
                read(path)
            assert str(error.value) == (
                f"HM039 {path}: the first column, '{column}', may hold stimulus labels or a neuron."
                ' If labels, call it "stimulus"; if it is a neuron, put a column "stimulus" with'
                " labels before it."
            )


class TestMissing:
    """`nan` also speaks of what a file declares missing."""

    @pytest.mark.parametrize("ours", [True, False])
    def test_declared(self, ours, tmp_path):
        path, missing = tmp_path / "x.npz", np.zeros(RATES.shape, dtype=bool)
        missing[1, 2] = True
        if ours:
            save(Representation(RATES, missing=missing, name="V1"), path)
        else:
            np.savez(path, responses=RATES, missing=missing, name="V1")
        assert load(path).missing.sum() == load(path, nan="pairwise").missing.sum() == 1
        x, y = load(path, nan="drop-units"), load(path, nan="drop-stimuli")
        assert (x.n_neurons, x.n_stimuli, x.missing) == (2, 4, None)
        assert (y.n_neurons, y.n_stimuli, y.missing) == (3, 3, None)
        assert x.dropped == ("V1: left out 1 of 3 neurons with missing responses (2)",)
        assert y.dropped == ("V1: left out 1 of 4 stimuli with missing responses (1)",)
        assert refused(path, nan="drop").startswith("HM025 nan is 'drop'")


class TestParquet:
    def test_index_and_columns(self, tmp_path):
        frame = pandas.DataFrame(RATES, columns=["a", "b", "c"], index=list("wxyz"))
        frame.to_parquet(tmp_path / "x.parquet")
        x = load(tmp_path / "x.parquet")
        assert (x.stimuli, x.neurons) == (tuple("wxyz"), ("a", "b", "c"))
        np.testing.assert_array_equal(x.matrix, RATES)

    def test_a_column_of_words_labels_the_stimuli(self, tmp_path):
        frame = pandas.DataFrame({"image": list("wxyz"), "a": RATES[:, 0], "b": [1, 2, 3, 4]})
        frame.to_parquet(tmp_path / "x.parquet", index=False)
        x = load(tmp_path / "x.parquet")
        assert (x.stimuli, x.neurons) == (tuple("wxyz"), ("a", "b"))

    def test_two_columns_of_words(self, tmp_path):
        frame = pandas.DataFrame({"image": list("wxyz"), "kind": list("aabb"), "b": [1, 2, 3, 4]})
        frame.to_parquet(tmp_path / "x.parquet", index=False)
        assert refused(tmp_path / "x.parquet").startswith("HM017 2 columns")


class TestNetcdf:
    def array(self) -> xarray.DataArray:
        """Make an array as xarray users have them."""
        return xarray.DataArray(
            TRIALS.copy(),
            dims=("time", "stimulus", "unit"),
            coords={
                "time": ("time", [0, 10, 20, 30, 40], {"units": "ms"}),
                "stimulus": list("abcd"),
                "unit": [5, 6, 7],
            },
            attrs={"units": "Hz"},
            name="rates",
        )

    @pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
    def test_axes_and_labels(self, engine, tmp_path):
        self.array().to_netcdf(tmp_path / "V1.nc", engine=engine)
        x = load(tmp_path / "V1.nc")
        assert x.dims == ("stimulus", "time", "neuron")
        assert (x.stimuli, x.neurons, x.unit) == (tuple("abcd"), (5, 6, 7), "Hz")
        assert x.times == (0.0, 0.01, 0.02, 0.03, 0.04)
        assert x.name == "V1"

    def test_a_fill_value_is_a_gap(self, tmp_path):
        counts = self.array().isel(time=0, drop=True)
        counts[0, 0] = np.nan
        counts.to_netcdf(tmp_path / "x.nc", encoding={"rates": {"_FillValue": -1.0}})
        assert refused(tmp_path / "x.nc").startswith("HM004")
        assert load(tmp_path / "x.nc", nan="pairwise").missing.sum() == 1

    def test_which_of_several(self, tmp_path):
        xarray.Dataset({"v1": self.array(), "v4": self.array() + 1}).to_netcdf(tmp_path / "x.nc")
        assert refused(tmp_path / "x.nc").startswith("HM022")
        x = load(f"{tmp_path / 'x.nc'}::v4")
        assert x.stimuli == tuple("abcd")

    def test_other_axes_need_names(self, tmp_path):
        xarray.DataArray(RATES, dims=("image", "cell"), name="rates").to_netcdf(tmp_path / "x.nc")
        assert refused(tmp_path / "x.nc").startswith("HM026")
        assert load(tmp_path / "x.nc", "stimulus,neuron").n_neurons == 3
