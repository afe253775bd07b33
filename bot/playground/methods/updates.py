"""getUpdates, setWebhook, deleteWebhook, getWebhookInfo."""

from __future__ import annotations

from bot.playground.api import Api
from bot.playground.methods.method import Told, method
from bot.playground.parameters import Call
from bot.playground.queue import DEFAULT, LONGEST_POLL, MOST_IN_ANSWER
from bot.playground.refusals import Json, Refusal
from bot.playground.webhook import Target, checked_target

HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


async def get_updates(api: Api, call: Call) -> list[Json]:
    """Client.cpp, process_get_updates_query."""
    if api.webhook.is_set:
        raise Refusal(409, HOOKED)
    offset = call.integer("offset", 0, -(2**31), 2**31 - 1)
    limit = call.integer("limit", MOST_IN_ANSWER, 1, MOST_IN_ANSWER)
    timeout = call.integer("timeout", 0, 0, LONGEST_POLL)
    api.queue.allow(call.text("allowed_updates"))
    return await api.queue.get(offset, limit, timeout)


async def set_webhook(api: Api, call: Call) -> Told:
    """Client.cpp, process_set_webhook_query. An empty url deletes."""
    if not call.text("url"):
        return await delete_webhook(api, call)
    if call.text("certificate") or "certificate" in call.files:
        call.odd.append("certificates are not looked at: webhooks here are plain HTTP on this machine")
    target = checked_target(call)
    allowed_changed = api.queue.allow(call.text("allowed_updates"))
    drop = call.truth("drop_pending_updates")
    if target == api.webhook.target and not drop:
        return Told(True, "Webhook was set" if allowed_changed else "Webhook is already set")
    if drop:
        api.queue.clear()
    await api.webhook.set(target)
    return Told(True, "Webhook was set")


async def delete_webhook(api: Api, call: Call) -> Told:
    was_set = api.webhook.is_set
    if call.truth("drop_pending_updates"):
        api.queue.clear()
    await api.webhook.set(Target())
    return Told(True, "Webhook was deleted" if was_set else "Webhook is already deleted")


def get_webhook_info(api: Api, call: Call) -> Json:
    shown = api.webhook.info()
    if api.queue.allowed != DEFAULT:
        shown["allowed_updates"] = sorted(api.queue.allowed)
    return shown


METHODS = (
    method("getUpdates", get_updates, "offset limit timeout allowed_updates"),
    method(
        "setWebhook",
        set_webhook,
        "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    ),
    method("deleteWebhook", delete_webhook, "drop_pending_updates"),
    method("getWebhookInfo", get_webhook_info),
)
