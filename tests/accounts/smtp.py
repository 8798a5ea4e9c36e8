"""A real SMTP server for the tests of the mail: it takes what it is sent, or refuses as it is told to."""

import asyncio
import email
import email.policy
import threading


class MailServer:
    """Listens on a free local port, in a thread of its own.

    Attributes:
        received: `EmailMessage`s, in the order they came.
        refusals: {part of an address: line to answer}, e.g. {"absente": "550 5.1.1 inconnue"}.
        dead: answers nothing but that it is away.
    """

    def __init__(self):
        self.received, self.refusals, self.dead = [], {}, ""
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(5)
        return self

    def __exit__(self, *error):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def talk(self, reader, writer):
        def say(line):
            writer.write(f"{line}\r\n".encode())

        try:
            say(self.dead or "220 essai")
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                await self.answer(line, reader, say)
                await writer.drain()
                if line.upper() == "QUIT":
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        writer.close()

    async def answer(self, line, reader, say):
        verb = line.split()[0].upper()
        if verb == "DATA":
            say("354 allez")
            data = await reader.readuntil(b"\r\n.\r\n")
            self.received.append(email.message_from_bytes(data[:-3], policy=email.policy.default))
            say("250 pris")
        elif verb == "RCPT":
            say(next((said for part, said in self.refusals.items() if part in line), "250 oui"))
        else:
            say("221 au revoir" if verb == "QUIT" else "250 oui")
