"""A site of the widget as the server gives it: its module and pages; and the page of a school that embeds it."""

import json
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.routing import Route

from tests.end_to_end.browser.fake_talks import FakeApi

CONNECTORS = Path(__file__).parents[3] / "connectors"
KEY = "thcs-le-loi"
TITLE = "Tư vấn học nghề – THCS Lê Lợi"
QUESTIONS = [
    "Học xong lớp 9 có thể học nghề ở đâu?",
    "Hải Phòng có chính sách hỗ trợ học nghề không?",
]
IDLE_MINUTES = 15
QR = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h2v2H0zM2 2h2v2H2z"/></svg>'
)

# A page whose own styles and scripts are as unkind as those of real pages: everything is large, red and in capitals,
# a rem is 10px, letters are keyboard shortcuts.
EMBEDDING = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Trường THCS Lê Lợi</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  html {{ font-size: 62.5%; }}
  * {{ --brand: red; --paper: red; --rem: 40px; letter-spacing: 0.3em; }}
  body {{ margin: 0; font: 1.6rem/3 "Times New Roman", serif; text-transform: uppercase; text-align: right; }}
  button, textarea, a, p, div, dialog {{ background: red; border: 5px solid red; font-size: 40px; display: inline; }}
</style></head>
<body><h1>Trường THCS Lê Lợi</h1><p id="outside"><a href="#x">Tin tức</a></p>
<script>document.addEventListener("keydown", ({{ key }}) => {{
  window.shortcuts = (window.shortcuts ?? "") + key; }});</script>
{body}</body></html>"""
PLAIN = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Trường THCS Lê Lợi</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Trường THCS Lê Lợi</h1><p>Chào mừng năm học mới.</p></main>
{body}</body></html>"""
TAG = '<script src="{url}/widget.js" data-site="{key}"{more} async></script>'
LATE = """<script>setTimeout(() => {{ const s = document.createElement("script"); s.src = "{url}/widget.js";
  s.dataset.site = "{key}"; document.body.append(s); }}, 100);</script>"""
# A script whose currentScript is null: it runs as text that the page fetched by itself.
EVALUATED = """<script type="text/plain" src="{url}/widget.js" data-site="{key}"></script>
<script>fetch("{url}/widget.js").then((r) => r.text()).then((text) => setTimeout(() => (0, eval)(text)));</script>"""


def install_sites(app: FastAPI, api: FakeApi, max_length: int) -> None:
    """Adds the loader, the module, and the pages of a site."""
    templates = Jinja2Templates(CONNECTORS / "templates")
    site = {"key": KEY, "title": TITLE, "colour": "#0b5f57", "position": "right"}

    @app.get("/widget.js")
    async def loader() -> Response:
        return FileResponse(CONNECTORS / "static" / "widget.js", media_type="text/javascript")

    @app.get("/widget/v1/{key}/panel.js")
    async def panel(key: str) -> Response:
        if not api.allowed:
            return Response(status_code=403)
        settings = {
            "site": key,
            "title": TITLE,
            "greeting": "Chào bạn, mình là La Bàn. Bạn muốn hỏi gì về học nghề?",
            "colour": api.colour,
            "questions": QUESTIONS,
            "position": "right",
            "phone": api.phone,
            "idle_minutes": IDLE_MINUTES,
            "max_length": max_length,
            "retention_days": 90,
        }
        module = f'import "/static/chat.js";\nexport default {json.dumps(settings, ensure_ascii=False)};'
        return Response(module, media_type="text/javascript")

    @app.get("/chat/{key}")
    async def chat_page(request: Request, key: str) -> Response:
        return templates.TemplateResponse(request, "chat.html", {"site": site})

    @app.get("/sites/{key}")
    async def site_page(request: Request, key: str) -> Response:
        snippet = TAG.format(url=api.url, key=KEY, more="")
        context = {"site": site, "snippet": snippet, "chat_url": f"{api.url}/chat/{KEY}", "qr": QR}
        return templates.TemplateResponse(request, "site.html", context)


def embedding_app(api: FakeApi) -> Starlette:
    """Returns the school's server: unkind pages at "/", "/twice", "/late" and "/evaluated", a kind one at "/plain"."""

    def route(path: str, page: str, body: str) -> Route:
        async def show(request: Request) -> HTMLResponse:
            more = "".join(f' {name}="{value}"' for name, value in request.query_params.items())
            return HTMLResponse(page.format(body=body.format(url=api.url, key=KEY, more=more)))

        return Route(path, show)

    bodies = {"/": TAG, "/twice": TAG + TAG, "/late": LATE, "/evaluated": EVALUATED}
    routes = [route(path, EMBEDDING, body) for path, body in bodies.items()]
    return Starlette(routes=[*routes, route("/plain", PLAIN, TAG)])
