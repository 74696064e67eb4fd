"""Serving one sealed file, decrypted as it goes, in whole or in part."""

from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.kit.file_names import attachment
from app.recordings.models import RecordingFile
from app.recordings.ranges import NotSatisfiable, wanted
from media.sealed import SealedReader


async def serve(
    request: Request, reader: SealedReader, file: RecordingFile, download_name: str | None
) -> Response:
    """200, 206, 304 or 416; never the whole file in memory."""
    etag = f'"{file.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if download_name is not None:
        headers["Content-Disposition"] = attachment(download_name)
    if etag in (request.headers.get("if-none-match") or ""):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        asked = None
    try:
        span = wanted(asked, reader.size)
    except NotSatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{reader.size}"})
    start, end = span or (0, reader.size)
    status = 200
    if span is not None:
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{reader.size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    body: AsyncIterator[bytes] = reader.stream(start, end)
    return StreamingResponse(body, status, headers=headers, media_type=file.media_type)
