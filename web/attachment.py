"""Attachments going out."""

import io

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from .offices import office
from .upload import safe_filename

blueprint = Blueprint("attachment", __name__)


@blueprint.get("/attachments/<attachment_id>")
def download(attachment_id: str) -> Response:
    """The file, always to be saved and never shown: nobody's upload runs in our pages."""
    attachment, content = office().attachment(attachment_id)
    response = send_file(
        io.BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=safe_filename(attachment.filename),
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
