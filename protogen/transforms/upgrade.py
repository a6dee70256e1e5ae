"""Upgrade a net of an old format."""

from __future__ import annotations

from protogen.diagnostics import ProtogenError
from protogen.net import Net
from protogen.text import Document
from protogen.text.upgrade import in_one_format, upgrade_net
from protogen.text.upgrade.rewrite import rewrite_net
from protogen.transforms._transform import Result, Transform, check_text, known_origins

__all__ = ["Upgrade"]


class Upgrade(Transform):
    """Convert a net in the V0 or V1 format, or with ``input`` fields, to the current format.

    The result equals that of Caffe's own upgrade. What needs no change stays as it is written, and
    comments move with the fields that they belong to.  (source: ``UpgradeNetAsNeeded``)
    """

    requires = "a text without errors, in any format that Caffe upgrades"
    ensures = "the same layers in the same order; every blob keeps its shape"

    def check(self, net: Net) -> None:
        if net.document is not None:
            check_text(Net.from_document(in_one_format(net.document)[0]))

    def run(self, net: Net) -> Result:
        if net.document is None:
            return self._upgraded(net)
        # Caffe cannot read a net with two formats, so its own upgrade starts after this.
        document, notes = in_one_format(net.document)
        if not notes:
            return self._upgraded(net)
        result = self._upgraded(Net.from_document(document))
        # Caffe could not read the net, so its layers may have been other ones.
        old = len(net.current.message.layer)
        origins = known_origins(result.origins, old, len(result.net.current.message.layer))
        return Result(result.net, True, [*notes, *result.diagnostics], origins)

    def _upgraded(self, net: Net) -> Result:
        document = net.document
        upgraded = upgrade_net(net.to_proto(), None if document is None else document.locate)
        if upgraded.message is None:
            raise ProtogenError(upgraded.diagnostics)
        # Origins are in the current format, in which both nets have the same layers.
        origins = tuple(range(len(upgraded.message.layer)))
        if upgraded.message == net.to_proto():
            return Result(net, False, upgraded.diagnostics, origins)
        # A net that was composed has no text to keep.
        if document is None:
            new = Net.of(upgraded.message)
        else:
            rewritten = rewrite_net(
                document.parse_result, net.to_proto(), upgraded.message, upgraded.origins
            )
            new = Net.from_document(Document.from_result(rewritten))
        return Result(new, True, upgraded.diagnostics, origins)
