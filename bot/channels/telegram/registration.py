"""Telling Telegram where to bring updates, and seeing to it that it stays so.

Telegram keeps one address per bot, and whoever has the token can change it: an older process that still polls removes
it, a second one sets its own. So while the bot runs it asks every half a minute what is registered, mends it, and says
why Telegram cannot deliver, if it says so. It never drops what waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from attrs import field, frozen
from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.poller import REFUSALS, TROUBLE_PAUSES, WANTED, TokenRefused
from bot.channels.telegram.pulse import Pulse
from bot.settings import Settings, SettingsError

CONNECTIONS = 40
"""Requests at once, at most; as many turns may come together in one transaction."""
LOOK_EVERY = 30.0
"""Seconds."""
REFUSED = "Telegram refuses the bot's token; get the right one from @BotFather"
log = structlog.get_logger("webhook")


@frozen
class Target:
    """What shall be registered."""

    url: str
    secret: str = field(repr=False)

    def is_what(self, info: WebhookInfo) -> bool:
        """Whether it is registered so. The secret cannot be seen from outside."""
        wanted = (self.url, CONNECTIONS, sorted(WANTED))
        return wanted == (info.url, info.max_connections, sorted(info.allowed_updates))

    async def register(self, bot: Bot) -> None:
        await bot.set_webhook(
            self.url,
            secret_token=self.secret,
            max_connections=CONNECTIONS,
            allowed_updates=WANTED,
            drop_pending_updates=False,
        )


async def set_up(bot: Bot, settings: Settings) -> str:
    """For `unkink setup`: register what the settings say; what was done, in words. SettingsError: Telegram refuses."""
    if not settings.webhook_url:
        if not (await bot.get_webhook_info()).url:
            return "no webhook, the bot asks for updates itself"
        await bot.delete_webhook(drop_pending_updates=False)
        return "no webhook any more, the bot asks for updates itself; nothing that waits was dropped"
    try:
        await Target(settings.webhook_url, settings.webhook_secret).register(bot)
    except BadRequest as error:
        raise SettingsError(f"UNKINK_WEBHOOK_URL is refused by Telegram: {error.message}") from None
    return "webhook, with its secret; nothing that waits was dropped"


class Registrar:
    """Keeps the webhook registered while the bot runs."""

    def __init__(self, bot: Bot, target: Target, pulse: Pulse) -> None:
        self._bot = bot
        self._target = target
        self._pulse = pulse
        self._registered = False
        self._forgiven: datetime | None = None
        """When Telegram failed last before it was told anew, or before it succeeded."""
        self._brought = 0

    async def run(self) -> None:
        """Until cancelled. TokenRefused: Telegram refuses the token, several times in a row."""
        refused = troubles = 0
        while True:
            try:
                await self.look()
                refused = troubles = 0
                await self._pulse.nap(LOOK_EVERY)
                continue
            except InvalidToken:
                refused += 1
                if refused >= REFUSALS:
                    raise TokenRefused(REFUSED) from None
                error = "the token is refused"
            except TelegramError as fault:
                error = fault.message if isinstance(fault, BadRequest) else type(fault).__name__
            troubles += 1
            wait = _pause(TROUBLE_PAUSES, troubles)
            log.warning("the webhook is not registered", reason=error, wait=wait)
            self._pulse.trouble(error, wait)
            await self._pulse.nap(wait)

    async def look(self) -> None:
        """Register at the first look, for nobody can see whether the secret is right; later see that it stays so."""
        info = await self._bot.get_webhook_info()
        right = self._target.is_what(info)
        if right and self._registered:
            self._judge(info)
            return
        if self._registered:
            log.warning("the webhook was changed by somebody else with this token; it is set again")
        elif info.url and not right:
            log.warning("another webhook was registered; it is replaced, nothing that waits is dropped")
        await self._target.register(self._bot)
        self._registered = True
        self._forgiven = info.last_error_date
        self._pulse.good()

    def _judge(self, info: WebhookInfo) -> None:
        """What is registered is no use if Telegram cannot deliver: it then says when it last failed, and why."""
        if self._pulse.brought != self._brought or not info.pending_update_count:
            self._brought, self._forgiven = self._pulse.brought, info.last_error_date
        if info.last_error_date in (None, self._forgiven):
            self._pulse.good()
            return
        log.warning("Telegram cannot deliver to the webhook", reason=info.last_error_message)
        self._pulse.trouble(f"it cannot deliver to the webhook ({info.last_error_message})")


def _pause(steps: Sequence[float], times: int) -> float:
    return steps[min(times, len(steps)) - 1]
