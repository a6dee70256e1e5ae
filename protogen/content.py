"""What a net says: its message and, if it was read, the text that says the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from protogen.composed_text import composed_text
from protogen.edits import Edit
from protogen.field_changes import apply
from protogen.graph import Wiring
from protogen.text import Document, read, writer
from protogen.text.differences import differences

__all__ = ["Content", "serialized"]


class Content:
    """A ``NetParameter`` message, and the `Document` it was read from, or ``None``.

    The message is *open* once somebody else has it, who may change it without asking. From then on
    a change is found by serializing the message, and the text follows it.
    """

    def __init__(self, message: Any, document: Document | None = None) -> None:
        self.message = message
        self.document = document
        #: While this holds, nobody changes the message; see `Net.freeze`.
        self.is_frozen = False
        #: The serialized message that the document's text matches, once the message is open.
        self._written: bytes | None = None
        #: Counts the layers composed, while the message is not open.
        self._revision: int | None = 0
        #: The name and the wiring of each layer composed, while the message is not open.
        self._names: list[str] = []
        self._wirings: list[Wiring] = []

    # Reading -------------------------------------------------------------------------------------

    @property
    def key(self) -> int | bytes:
        """What differs between two states of the content."""
        # Counting is enough as long as only composing changes the message.
        if self._revision is not None:
            return self._revision
        return serialized(self.message)

    @property
    def wirings(self) -> Sequence[Wiring]:
        """The wiring of each layer, if all were composed and none can have changed since."""
        if self._revision is None or len(self._wirings) < len(self.message.layer):
            return ()
        return self._wirings

    @property
    def text(self) -> str:
        """The net as prototxt: what was read, with the changes since, or what was composed."""
        if self.document is not None:
            self.follow()
            return self.document.text
        wirings = self.wirings
        if wirings:
            return composed_text(self.message, self._names, wirings)
        return writer.write(self.message)

    def copy(self) -> Content:
        """An independent message and text."""
        if self.document is None:
            message = type(self.message)()
            message.CopyFrom(self.message)
            content = Content(message)
            content.open()
            return content
        self.follow()
        document = read(self.document.text, self.document.message_class, self.document.filename)
        return Content(document.message, document)

    # Changing ------------------------------------------------------------------------------------

    def open(self) -> None:
        """From now on somebody may change the message without asking."""
        if self._revision is not None:
            self._revision = None
            self._names, self._wirings = [], []
        if self.document is not None and self._written is None:
            self._written = serialized(self.message)

    def follow(self) -> None:
        """Make the text say what the message says, if somebody has changed the message."""
        if self.document is None or self._written is None or self.is_frozen:
            return
        if self._written != serialized(self.message):
            wanted = type(self.message)()
            wanted.CopyFrom(self.message)
            # The document edits its own message, which has to be as its text says.
            self.document.message.ParseFromString(self._written)
            self.document.apply(differences(self.document.message, wanted))
            self.message = self.document.message
            self._written = serialized(self.message)

    def add_layer(self, fields: dict[str, Any]) -> tuple[int, Any]:
        """Add a layer with these fields of ``LayerParameter``; return its index and message."""
        if self.document is not None:
            self.open()
        layers = self.message.layer
        layer = layers.add(**fields)
        return len(layers) - 1, layer

    def keep_layer(self, name: str, wiring: Wiring) -> None:
        """Note that the layer added last is there to stay."""
        if self._revision is not None:
            self._revision += 1
            self._names.append(name)
            self._wirings.append(wiring)

    def drop_layer(self) -> None:
        """Take back the layer added last."""
        del self.message.layer[-1]

    def apply(self, edits: Sequence[Edit]) -> None:
        """Make edits of message and text. Raises as `Document.apply` does, changing nothing."""
        if self.document is None:
            apply(self.message, edits)
            self.open()
            return
        self.open()
        self.follow()
        self.document.apply(edits)
        self._written = serialized(self.message)

    def apply_splices(self, splices: Iterable[tuple[int, int, str]]) -> None:
        """Replace parts of the text, and read the message from it."""
        assert self.document is not None
        self.open()
        self.follow()
        self.document.apply_splices(splices)
        self._written = serialized(self.message)


def serialized(message: Any) -> bytes:
    """The message as bytes, always the same for the same message."""
    return bytes(message.SerializePartialToString(deterministic=True))
