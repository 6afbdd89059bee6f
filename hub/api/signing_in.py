"""The form by which a reviewer's browser signs in; it holds nothing but what was wrong."""

from typing import Final

from starlette.responses import HTMLResponse

from hub.api.problems import NOT_AUTHENTICATED
from hub.web.review_page import sign_in_page

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


def sign_in_response(wrong: str = "") -> HTMLResponse:
    """Return the form. wrong: what to put right; then nobody is signed in, and it says so."""
    status = NOT_AUTHENTICATED.status if wrong else 200
    return HTMLResponse(sign_in_page(wrong), status_code=status, headers=PAGE_HEADERS)
