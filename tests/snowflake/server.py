"""A server that speaks Snowflake's protocol on loopback, for tests: HTTP, sessions, results in chunks, statement log.

    python server.py --log statements.jsonl [--chunk-rows 1000] [--async]
    python server.py --rules

The first line on stdout is the port. The server ends when its stdin is closed, so it never outlives who started it.
Sessions may ask for more by parameters of their own at login, because one server is shared by many tests:
STANDIN_CHUNK_ROWS, STANDIN_ASYNC, STANDIN_PATIENCE (seconds until a statement is said to be in progress),
STANDIN_STAGE (a folder that stands for every stage), STANDIN_LOSES_A_ROW (of each insert of plain texts).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import logging
import os
import secrets
import socket
import sys
import threading
import time
import uuid
import warnings
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread
import uvicorn
from fakesnow.converter import from_binding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import rules
from cells import Answer, counted
from faults import Refused, refusal
from session import Account, Session

IN_PROGRESS, IN_PROGRESS_ASYNC = "333333", "333334"
ASYNC_MARK = "stand-in: async"
PATIENCE = 45.0
THREADS = 256
VALID = {"validityInSeconds": 3600, "masterValidityInSeconds": 14400}


@dataclass
class Query:
    """A statement on its way, or done."""

    number: str
    request: str
    session: Session
    text: str
    outcome: asyncio.Future[dict[str, Any]]


@dataclass
class Server:
    """The state of the process."""

    account: Account
    log: Any
    chunk_rows: int
    all_async: bool
    sessions: dict[str, Session] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    chunks: dict[str, bytes] = field(default_factory=dict)
    logins: int = 0
    stopped_requests: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def login(self, request: Request) -> Response:
        asked, data = request.query_params, (await body(request)).get("data", {})
        if data.get("PASSWORD") == "wrong":
            return failed("390100", "Incorrect username or password was specified.")
        session = await anyio.to_thread.run_sync(self._new_session, asked, data)
        token, master = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.sessions |= {token: session, master: session}
        where = {"databaseName": session.connection.database, "schemaName": session.connection.schema}
        info = where | {"warehouseName": session.warehouse, "roleName": session.role}
        given = {"AUTOCOMMIT": True, "TIMEZONE": "Etc/UTC"} | (data.get("SESSION_PARAMETERS") or {})
        parameters = [{"name": key, "value": value} for key, value in given.items()]
        return succeeded(
            VALID
            | {"token": token, "masterToken": master, "sessionId": session.number, "sessionInfo": info}
            | {"parameters": parameters, "serverVersion": "9.0.0", "displayUserName": session.user}
        )

    def _new_session(self, asked: Any, data: dict[str, Any]) -> Session:
        with self.lock:
            self.logins += 1
            return Session(
                self.account,
                self.logins,
                folded(asked.get("databaseName")),
                folded(asked.get("schemaName")),
                parameters=data.get("SESSION_PARAMETERS") or {},
                user=(data.get("LOGIN_NAME") or "").upper(),
                role=folded(asked.get("roleName")),
                warehouse=folded(asked.get("warehouse")),
            )

    async def renew(self, request: Request) -> Response:
        session = self.sessions.get(token_of(request))
        if session is None:
            return failed("390114", "Authentication token has expired. The user must authenticate again.")
        token, master = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.sessions |= {token: session, master: session}
        renewed = {"sessionToken": token, "masterToken": master, "sessionId": session.number}
        return succeeded(renewed | {"validityInSecondsST": 3600, "validityInSecondsMT": 14400})

    async def session(self, request: Request) -> Response:
        """Heartbeats, and the end of a session."""
        session = self.sessions.get(token_of(request))
        if session is None:
            return unknown_session(request)
        if request.query_params.get("delete"):
            self.sessions = {token: one for token, one in self.sessions.items() if one is not session}
            await anyio.to_thread.run_sync(session.close)
        return succeeded(None)

    async def query(self, request: Request) -> Response:
        session = self.sessions.get(token_of(request))
        if session is None:
            return unknown_session(request)
        asked, number = await body(request), request.query_params.get("requestId") or str(uuid.uuid4())
        query = next((one for one in self.queries.values() if one.request == number), None)
        if query is None:
            query = Query(
                str(uuid.uuid4()), number, session, asked.get("sqlText", ""), asyncio.get_running_loop().create_future()
            )
            self.queries[query.number] = query
            host = request.headers.get("host", "")
            asyncio.get_running_loop().create_task(self._run(query, asked, host))
        return await self._outcome(query, first=True, at_once=bool(asked.get("asyncExec")))

    async def result(self, request: Request) -> Response:
        query = self.queries.get(request.path_params["number"])
        if query is None:
            return failed("000709", f"Statement {request.path_params['number']} not found", "02000")
        return await self._outcome(query, first=False)

    async def _outcome(self, query: Query, *, first: bool, at_once: bool = False) -> Response:
        """The result, if it comes soon enough; else where to ask for it."""
        parameters = query.session.parameters
        asynchronous = (
            at_once
            or self.all_async
            or parameters.get("STANDIN_ASYNC", "").lower() == "true"
            or ASYNC_MARK in query.text
        )
        if not (first and asynchronous):
            patience = float(parameters.get("STANDIN_PATIENCE", PATIENCE))
            done, _ = await asyncio.wait({query.outcome}, timeout=patience)
            if done:
                return JSONResponse(query.outcome.result())
        code = IN_PROGRESS_ASYNC if asynchronous else IN_PROGRESS
        where = {
            "queryId": query.number,
            "getResultUrl": f"/queries/{query.number}/result",
            "queryAbortsAfterSecs": 300,
            "progressDesc": None,
        }
        return JSONResponse({"data": where, "code": code, "message": "Query execution in progress.", "success": True})

    async def _run(self, query: Query, asked: dict[str, Any], host: str) -> None:
        query.outcome.set_result(await anyio.to_thread.run_sync(self._executed, query, asked, host))

    def _executed(self, query: Query, asked: dict[str, Any], host: str) -> dict[str, Any]:
        """Runs a statement, writes its line to the log, and makes the reply."""
        session, began, database = query.session, time.monotonic(), query.session.connection.database
        code, rows = "", 0
        with session.busy:
            try:
                if query.request in self.stopped_requests:
                    raise Refused("000604", "57014", "SQL execution canceled")
                answer = run(session, query.text, asked.get("bindings"))
                rows = len(answer.rows) if answer.changed is None else answer.changed
                reply = self._reply(query, answer, host)
            except Exception as error:
                # Whatever goes wrong is an answer: nobody waits for a statement that is lost.
                refused = refusal(error, query.text)
                code, reply = refused.code, refusal_reply(query, refused)
            session.last_query = query.number
            self._note(query, database, code, rows, time.monotonic() - began)
        return reply

    def _note(self, query: Query, database: str | None, code: str, rows: int, seconds: float) -> None:
        session = query.session
        line = {"session": session.number, "request": query.request, "query": query.number, "database": database}
        line |= {"text": query.text, "code": code}
        line |= {"rows": rows, "tag": session.parameters.get("QUERY_TAG", ""), "role": session.role}
        line |= {"warehouse": session.warehouse, "milliseconds": round(seconds * 1000, 1)}
        with self.lock:
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()

    def _reply(self, query: Query, answer: Answer, host: str) -> dict[str, Any]:
        session, limit = query.session, int(query.session.parameters.get("STANDIN_CHUNK_ROWS", self.chunk_rows))
        inline = answer.rows if limit <= 0 or len(answer.rows) <= limit else answer.rows[:limit]
        data: dict[str, Any] = {
            "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
            "rowtype": [one.described() for one in answer.columns],
            "rowset": inline,
            "total": len(answer.rows),
            "returned": len(answer.rows),
            "queryId": query.number,
            "finalDatabaseName": session.connection.database,
            "finalSchemaName": session.connection.schema,
            "finalWarehouseName": session.warehouse,
            "finalRoleName": session.role,
            "numberOfBinds": 0,
            "arrayBindSupported": False,
            "statementTypeId": answer.statement_type,
            "version": 1,
            "queryResultFormat": "json",
        }
        if len(inline) < len(answer.rows):
            rest = answer.rows[limit:]
            data |= {
                "chunks": [self._chunk(rest[at : at + limit], host) for at in range(0, len(rest), limit)],
                "chunkHeaders": {},
            }
        return {"data": data, "code": None, "message": None, "success": True}

    def _chunk(self, rows: list[list[str | None]], host: str) -> dict[str, Any]:
        """Keeps rows to be fetched: packed, and without the brackets round them all."""
        plain = ",".join(json.dumps(row) for row in rows).encode()
        packed, name = gzip.compress(plain, 1), str(uuid.uuid4())
        self.chunks[name] = packed
        return {
            "url": f"http://{host}/chunks/{name}",
            "rowCount": len(rows),
            "uncompressedSize": len(plain),
            "compressedSize": len(packed),
        }

    async def chunk(self, request: Request) -> Response:
        packed = self.chunks.get(request.path_params["name"])
        if packed is None:
            return Response(status_code=404)
        return Response(packed, media_type="application/json", headers={"content-encoding": "gzip"})

    async def abort(self, request: Request) -> Response:
        asked = (await body(request)).get("requestId")
        query = next((one for one in self.queries.values() if one.request == asked), None)
        if query is None:
            self.stopped_requests.add(asked)
            return failed("000605", "Identified SQL statement is not currently executing.", "02000")
        if query.outcome.done():
            return failed("000605", "Identified SQL statement is not currently executing.", "02000")
        self.stopped_requests.add(asked)
        query.session.stop()
        return succeeded(None)

    async def monitor(self, request: Request) -> Response:
        query = self.queries.get(request.path_params["number"])
        if query is None:
            return succeeded({"queries": []})
        state = (
            "RUNNING"
            if not query.outcome.done()
            else "SUCCESS"
            if query.outcome.result()["success"]
            else "FAILED_WITH_ERROR"
        )
        return succeeded({"queries": [{"id": query.number, "status": state, "sqlText": query.text}]})

    def routes(self) -> list[Route]:
        async def ignored(_request: Request) -> Response:
            return succeeded(None)

        return [
            Route("/session/v1/login-request", self.login, methods=["POST"]),
            Route("/session/token-request", self.renew, methods=["POST"]),
            Route("/session/heartbeat", self.session, methods=["POST"]),
            Route("/session", self.session, methods=["POST"]),
            Route("/queries/v1/query-request", self.query, methods=["POST"]),
            Route("/queries/v1/abort-request", self.abort, methods=["POST"]),
            Route("/queries/{number}/result", self.result, methods=["GET"]),
            Route("/monitoring/queries/{number}", self.monitor, methods=["GET"]),
            Route("/chunks/{name}", self.chunk, methods=["GET"]),
            Route("/telemetry/send", ignored, methods=["POST"]),
        ]


def run(session: Session, text: str, bindings: dict[str, Any] | None) -> Answer:
    """Runs a statement with its bindings; lists of values are rows of one statement."""
    if not bindings:
        return session.run(text)
    places = [bindings[str(place)] for place in range(1, len(bindings) + 1)]
    if not any(isinstance(one["value"], list) for one in places):
        return session.run(text, [from_binding(one) for one in places])
    rows = zip(*([from_binding({**one, "value": value}) for value in one["value"]] for one in places), strict=True)
    changed = sum(session.run(text, list(row)).changed or 0 for row in rows)
    return counted({"number of rows inserted": changed}, 0x3100)


def folded(name: str | None) -> str | None:
    if not name:
        return None
    return name[1:-1] if name.startswith('"') else name.upper()


def token_of(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix('Snowflake Token="').removesuffix('"')


async def body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        raw = gzip.decompress(raw)
    return json.loads(raw) if raw else {}


def succeeded(data: Any) -> Response:
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def failed(code: str, message: str, state: str | None = None, status: int = 200) -> Response:
    reply = {"data": None, "code": code, "message": message, "success": False, "headers": None, "sqlState": state}
    return JSONResponse(reply, status_code=status)


def unknown_session(request: Request) -> Response:
    if not token_of(request):
        return failed("390103", "Session token not found in the request data.", status=401)
    return failed("390111", "Session no longer exists. New login required to access the service.")


def refusal_reply(query: Query, refused: Refused) -> dict[str, Any]:
    data = {
        "internalError": False,
        "unredactedFromSecureObject": False,
        "errorCode": refused.code,
        "age": 0,
        "sqlState": refused.state,
        "queryId": query.number,
        "line": -1,
        "pos": -1,
        "type": "COMPILATION",
    }
    return {"data": data, "code": refused.code, "message": refused.message, "success": False, "sqlState": refused.state}


def end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


async def serve(server: Server, listening: socket.socket) -> None:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    application = Starlette(routes=server.routes())
    config = uvicorn.Config(application, log_level="warning", access_log=False, timeout_keep_alive=3600)
    await uvicorn.Server(config).serve(sockets=[listening])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", default=os.devnull, help="file that gets a line for each statement")
    parser.add_argument("--chunk-rows", type=int, default=0, help="results with more rows come in chunks of so many")
    parser.add_argument("--async", dest="all_async", action="store_true", help="every statement is answered later")
    parser.add_argument("--rules", action="store_true", help="prints what is treated otherwise than by the engine")
    options = parser.parse_args()
    if options.rules:
        print(rules.as_markdown(), end="")
        return
    # The parser tells of what it hands on unread, the engine of copies of rows: neither is news here.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    listening = socket.create_server(("127.0.0.1", 0))
    # The log is read line by line while the server runs.
    with open(options.log, "a", encoding="utf-8") as log:
        server = Server(Account(), log, options.chunk_rows, options.all_async)
        print(listening.getsockname()[1], flush=True)
        threading.Thread(target=end_with_stdin, daemon=True).start()
        asyncio.run(serve(server, listening))


if __name__ == "__main__":
    main()
