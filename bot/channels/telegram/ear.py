"""How the bot hears from Telegram: it asks (the poller), or it is told (the webhook)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from telegram import Bot

from bot.channels.telegram.poller import Poller
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.reading import Raw
from bot.channels.telegram.registration import Registrar, Target
from bot.channels.telegram.webhook import Webhook
from bot.figures import Figures
from bot.settings import Settings


class Ear(Protocol):
    """Hears until cancelled; when `run` has ended, whatever was in work is kept or will be brought again."""

    pulse: Pulse

    async def run(self) -> None: ...


class Told:
    """Telegram brings updates to the webhook."""

    def __init__(self, listen: str, webhook: Webhook, registrar: Registrar, pulse: Pulse) -> None:
        self._listen = listen
        self._webhook = webhook
        self._registrar = registrar
        self.pulse = pulse

    async def run(self) -> None:
        """Whoever is registered must be there already, so it listens first, and longest."""
        async with self._webhook.serve(self._listen):
            try:
                await self._registrar.run()
            finally:
                self._webhook.end()


def ear_of(settings: Settings, bot: Bot, take: Callable[[list[Raw]], Awaitable[None]], figures: Figures) -> Ear:
    """The ear that the settings ask for."""
    if not settings.webhook_url:
        return Poller(settings.telegram_api, settings.telegram_token, take)
    pulse = Pulse()
    target = Target(settings.webhook_url, settings.webhook_secret)
    webhook = Webhook(settings.webhook_secret, take, figures, pulse)
    return Told(settings.webhook_listen, webhook, Registrar(bot, target, pulse), pulse)
