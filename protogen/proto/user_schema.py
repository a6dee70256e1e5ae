"""Messages that fit the ``caffe.proto`` of a user, and everything in protogen as well.

A `UserSchema` has two pools. The *written* types are the user's own: a text is read by them, so a
field that they lack is unknown. The *message* types are those of `protogen.proto`, extended by the
user's messages, fields and enum values, with the user's defaults: what was read fills them, and
the rules of layers find each field where they expect it.

What both declare keeps our number in the messages, and what only the user declares gets another
one if its own is taken. A text has no numbers, and so the bytes of a message mean the same in both
pools. A field that the user declares with another type or label also stays as it is in ours;
`protogen.proto.schemas.fitted` converts its values, and reports those that do not fit.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from protogen import proto
from protogen.proto._extension import extend
from protogen.proto.compiler import compile_schema, unusable
from protogen.proto.schemas import add_schema

__all__ = ["UserSchema", "read_schema"]


class UserSchema:
    """The ``caffe.proto`` of a user, from its compiled files."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self._data = data
        files = FileDescriptorSet.FromString(data)
        self._written: dict[str, Any] = {}
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
            self._written.update(pool.FindFileByName(file.name).message_types_by_name)
        # A message's schema is found by the name of its file, so no two schemas may share one.
        digest = sha256(path.encode("utf-8", "surrogatepass") + data).hexdigest()
        self._file = self._extended(files, f"caffe-{digest[:16]}.proto")
        add_schema(self._file.name, self)

    def _extended(self, files: FileDescriptorSet, name: str) -> Any:
        file = FileDescriptorProto()
        proto.FILE.CopyToProto(file)
        file.name = name
        extend(file, files)
        pool = descriptor_pool.DescriptorPool()
        try:
            pool.Add(file)
            return pool.FindFileByName(name)
        except (KeyError, TypeError, ValueError) as error:  # a name for two kinds of things
            reason = str(error).strip().splitlines()[-1:] or [""]
            raise unusable(self.path, f"does not fit protogen's own schema: {reason[0]}") from None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the compiled files."""
        return _from_data, (self.path, self._data)

    def message_class(self, name: str) -> Any:
        """The class of a message that a text is read into; ``name`` is one of `protogen.proto`."""
        return proto.message_class(self._file.message_types_by_name[name])

    def written(self, name: str) -> Any:
        """The user's own type of a message, or ``None`` if there is none."""
        return self._written.get(name)

    def has_field(self, name: str) -> bool:
        """Whether a layer has this field, such as ``norm_param``."""
        return name in self._written["LayerParameter"].fields_by_name

    def parameter_of(self, layer_type: str) -> str:
        """The field with the parameters of a layer type, by its name; empty without one."""
        wanted = layer_type.lower()
        for field in self._written["LayerParameter"].fields:
            if field.message_type is None:
                continue
            # A fork may name only one of the two after the type.
            by_field = field.name.removesuffix("_param").replace("_", "")
            by_message = field.message_type.name.removesuffix("Parameter").lower()
            if wanted in (by_field, by_message):
                return str(field.name)
        return ""


@cache
def _from_data(path: str, data: bytes) -> UserSchema:
    return UserSchema(path, data)


def read_schema(path: str) -> UserSchema:
    """Compile a ``caffe.proto``, once until it changes. Raises as `compile_schema` does."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):  # ValueError: a name with a null character
        raise unusable(path, "cannot be read: it does not exist") from None
    return _compiled(path, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=8)
def _compiled(path: str, version: tuple[int, int]) -> UserSchema:
    files = compile_schema(path)
    # `compile_schema` has rejected a schema without this message.
    net = next(each for each in files.file[-1].message_type if each.name == "NetParameter")
    if all(field.name != "layer" for field in net.field):
        raise unusable(
            path,
            'NetParameter has no field "layer", so it is older than the format of 2014',
            hint="use the caffe.proto of a later Caffe; protogen upgrade rewrites older nets",
        )
    return _from_data(path, files.SerializeToString(deterministic=True))
