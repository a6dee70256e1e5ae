"""Data layers whose source exists: small real databases, created here."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from protogen import infer_shapes, loads, proto

lmdb = pytest.importorskip("lmdb", reason="the extra [dev] is not installed")
h5py = pytest.importorskip("h5py", reason="the extra [data] is not installed")
Image = pytest.importorskip("PIL.Image", reason="the extra [data] is not installed")

Blobs = dict[str, object]


def infer(text: str) -> tuple[Blobs, list[str]]:
    result = infer_shapes(loads(text, "net.prototxt"))
    return dict(result.blobs), [d.message for d in result.diagnostics]


def png(mode: str, width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def database(in_folder: Path) -> Callable[[bytes], None]:
    """Write a database ``db`` whose first record is the given one."""

    def make(record: bytes) -> None:
        with lmdb.open("db", map_size=1 << 20) as env, env.begin(write=True) as transaction:
            transaction.put(
                b"00000001", proto.Datum(channels=9, height=9, width=9).SerializeToString()
            )
            transaction.put(b"00000000", record)

    return make


def data_layer(transform: str = "", backend: str = "LMDB") -> str:
    return (
        'layer { name: "d" type: "Data" top: "data" top: "label"'
        f' data_param {{ source: "db" batch_size: 8 backend: {backend} }}'
        f" transform_param {{ {transform} }} }}"
    )


def test_the_first_datum_shapes_the_tops(database: Callable[[bytes], None]) -> None:
    database(proto.Datum(channels=3, height=40, width=50, data=b"x").SerializeToString())
    assert infer(data_layer()) == ({"data": (8, 3, 40, 50), "label": (8,)}, [])
    assert infer(data_layer("crop_size: 32"))[0]["data"] == (8, 3, 32, 32)


def test_a_crop_larger_than_the_image(database: Callable[[bytes], None]) -> None:
    database(proto.Datum(channels=3, height=40, width=50).SerializeToString())
    assert infer(data_layer("crop_size: 41"))[1] == ["cannot crop 41x41 out of images of 40x50"]


@pytest.mark.parametrize(
    ("mode", "transform", "channels"),
    [("RGB", "", 3), ("L", "", 1), ("RGB", "force_gray: true", 1), ("L", "force_color: true", 3)],
)
def test_an_encoded_datum_is_decoded(
    database: Callable[[bytes], None], mode: str, transform: str, channels: int
) -> None:
    database(proto.Datum(encoded=True, data=png(mode, 50, 40)).SerializeToString())
    assert infer(data_layer(transform))[0]["data"] == (8, channels, 40, 50)


def test_an_annotated_datum(database: Callable[[bytes], None]) -> None:
    record = proto.AnnotatedDatum(datum={"encoded": True, "data": png("RGB", 50, 40)})
    database(record.SerializeToString())
    layer = data_layer("crop_size: 20").replace('"Data"', '"AnnotatedData"')
    assert infer(layer)[0]["data"] == (8, 3, 20, 20)


def test_an_empty_database(in_folder: Path) -> None:
    lmdb.open("db", map_size=1 << 20).close()
    assert infer(data_layer())[1] == ['"db" is empty']


def test_a_folder_that_is_not_a_database(in_folder: Path) -> None:
    (in_folder / "db").mkdir()
    assert infer(data_layer())[1][0].startswith('"db" is not an LMDB: ')


def test_a_database_that_does_not_exist(in_folder: Path) -> None:
    assert infer(data_layer()) == ({"data": (8, None, None, None), "label": (8,)}, [])


def test_leveldb_is_a_warning_with_a_way_out(in_folder: Path) -> None:
    (in_folder / "db").mkdir()
    result = infer_shapes(loads(data_layer(backend="LEVELDB")))
    (warning,) = result.diagnostics
    assert result.ok
    assert warning.message == "its source exists but cannot be read: it is a LevelDB"
    assert warning.hint == "give the shapes of the tops: --input data=1,3,227,227"


def test_without_the_library(image_list: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    messages = infer(IMAGE_DATA.format(""))[1]
    assert messages == ["its source exists but cannot be read: Pillow is not installed"]


IMAGE_DATA = (
    'layer {{ name: "d" type: "ImageData" top: "data" top: "label"'
    ' image_data_param {{ source: "list.txt" root_folder: "images/" batch_size: 4 {0} }} }}'
)


@pytest.fixture
def image_list(in_folder: Path) -> Path:
    (in_folder / "images").mkdir()
    (in_folder / "images" / "a b.png").write_bytes(png("L", 50, 40))
    (in_folder / "list.txt").write_text("a b.png 3\nc.png 1\n")
    return in_folder


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("", (4, 3, 40, 50)),
        ("is_color: false", (4, 1, 40, 50)),
        ("new_height: 7 new_width: 9", (4, 3, 7, 9)),
        ("rand_skip: 2", (4, 3, None, None)),
    ],
)
def test_a_list_of_images(image_list: Path, fields: str, shape: tuple[int, ...]) -> None:
    assert infer(IMAGE_DATA.format(fields)) == ({"data": shape, "label": (4,)}, [])


def test_an_image_that_does_not_exist(image_list: Path) -> None:
    (image_list / "images" / "a b.png").unlink()
    assert infer(IMAGE_DATA.format(""))[1] == [
        'the first image that "list.txt" lists does not exist'
    ]


HDF5_DATA = (
    'layer { name: "d" type: "HDF5Data" top: "x" top: "y"'
    ' hdf5_data_param { source: "list.txt" batch_size: 5 } }'
)


def test_hdf5_tops_have_the_names_of_datasets(in_folder: Path) -> None:
    with h5py.File("a.h5", "w") as file:
        file["x"] = [[[0.0] * 4] * 3] * 7
        file["y"] = [0.0] * 7
    (in_folder / "list.txt").write_text("a.h5\n")
    assert infer(HDF5_DATA) == ({"x": (5, 3, 4), "y": (5,)}, [])


def test_hdf5_without_the_dataset(in_folder: Path) -> None:
    with h5py.File("a.h5", "w") as file:
        file["x"] = [0.0]
    (in_folder / "list.txt").write_text("a.h5\n")
    assert infer(HDF5_DATA)[1] == [
        'the first file that "list.txt" lists has no dataset "y"; it has 1 dataset'
    ]


def test_hdf5_datasets_of_different_length(in_folder: Path) -> None:
    with h5py.File("a.h5", "w") as file:
        file["x"], file["y"] = [0.0] * 2, [0.0] * 3
    (in_folder / "list.txt").write_text("a.h5\n")
    assert infer(HDF5_DATA)[1] == [
        'the datasets of the first file that "list.txt" lists differ in number of rows: x 2, y 3'
    ]


def test_a_window_file_has_the_channels(in_folder: Path) -> None:
    (in_folder / "w.txt").write_text("# 0\na.jpg\n3\n40\n50\n1\n1 0.9 0 0 9 9\n")
    layer = (
        'layer { name: "d" type: "WindowData" top: "data" top: "label"'
        ' window_data_param { source: "w.txt" batch_size: 2 }'
        " transform_param { crop_size: 27 } }"
    )
    assert infer(layer) == ({"data": (2, 3, 27, 27), "label": (2,)}, [])


#: A real Caffe shapes these tops by a random image of the list, here 20x10 or 60x50; it also aborts
#: on a batch of images that differ in size (data_transformer.cpp:290).
@pytest.mark.parametrize("field", ["shuffle: true", "rand_skip: 3"])
def test_a_random_image_is_the_first(in_folder: Path, field: str) -> None:
    Path("a.png").write_bytes(png("RGB", 10, 20))
    Path("b.png").write_bytes(png("RGB", 50, 60))
    layer = (
        'layer { name: "d" type: "ImageData" top: "x" top: "y" image_data_param {'
        ' source: "list.txt" batch_size: 1 %s } transform_param { %s } }'
    )
    Path("list.txt").write_text("a.png 0\nb.png 1\n")
    assert infer(layer % (field, ""))[0]["x"] == (1, 3, None, None)
    sized = "new_height: 7 new_width: 8 "
    assert infer(layer % (sized + field, ""))[0]["x"] == (1, 3, 7, 8)
    assert infer(layer % (field, "crop_size: 9"))[0]["x"] == (1, 3, 9, 9)
    Path("list.txt").write_text("b.png 1\n")
    assert infer(layer % (field, ""))[0]["x"] == (1, 3, 60, 50)
    Path("list.txt").write_text("a.png 0\nb.png 1\n")
    reader = layer % (field, "") + 'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    (unknown,) = loads(reader).analysis().unknown_tops
    assert unknown.reason == "Caffe shapes it by what it reads first, which is random"


def test_a_random_hdf5_file_is_the_first(in_folder: Path) -> None:
    for index in range(2):
        with h5py.File(f"{index}.h5", "w") as file:
            file["x"] = [[[0.0] * (index + 2)] * 3] * 4
            file["y"] = [0.0] * 4
    Path("list.txt").write_text("0.h5\n1.h5\n")
    layer = (
        'layer { name: "d" type: "HDF5Data" top: "x" top: "y" hdf5_data_param {'
        ' source: "list.txt" batch_size: 5 %s } }'
    )
    assert infer(layer % "")[0] == {"x": (5, 3, 2), "y": (5,)}
    assert infer(layer % "shuffle: true")[0] == {"x": (5, 3, None), "y": (5,)}
    Path("list.txt").write_text("1.h5\n1.h5\n")
    assert infer(layer % "shuffle: true")[0] == {"x": (5, 3, 3), "y": (5,)}
