// Made by `npm run sdk:types` from docs/api/openapi.json.
export interface paths {
  "/api/v1/analytics/deliveries": {
    /**
     * What became of deliveries, by when they were accepted
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`. States, opens, clicks, attempts and how long it took. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["analytics_deliveries"];
  };
  "/api/v1/analytics/latency": {
    /**
     * How long deliveries took: percentiles from the acceptance to the first attempt, until sent, until delivered
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["analytics_latency"];
  };
  "/api/v1/analytics/ledger": {
    /**
     * The ledger: what was accepted, and the states that it is in
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`. Of one moment: not a change is missing. `difference` is 0, or something was lost. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["analytics_ledger"];
  };
  "/api/v1/analytics/messages": {
    /**
     * Messages, who sent them, in how many rooms, and connections
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`. Seconds behind the sends. Deleted messages count as sent. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["clientMetrics_messages"];
  };
  "/api/v1/audit": {
    /**
     * List administrative changes, newest first
     * @description **Master key, or a scoped key with `manager`.** Also the admin key, with `X-Client-Id`. With a master key those of its client, with the admin key those of all clients, or of the one that `X-Client-Id` names. Secrets are left out.
     */
    get: operations["audit_list"];
  };
  "/api/v1/auth/login": {
    /**
     * Log a user in
     * @description **Master key.** Called by the client's back end, which knows who the user is. Makes the user when it is new, and a fresh key; the user's earlier login keys end, now or after `overlap_s`.
     */
    post: operations["auth_login"];
  };
  "/api/v1/auth/logout": {
    /**
     * Log a user out
     * @description **Master or scoped key.** Login keys stop working and their sockets close within a second on every node.
     */
    post: operations["auth_logout"];
  };
  "/api/v1/clients": {
    /**
     * List clients
     * @description **Admin key.**
     */
    get: operations["clients_list"];
    /**
     * Make a client and its first master key
     * @description **Admin key.**
     */
    post: operations["clients_create"];
  };
  "/api/v1/clients/me": {
    /**
     * Who this key stands for
     * @description **Master or scoped key.**
     */
    get: operations["me_get"];
    /**
     * The same as PATCH
     * @deprecated
     * @description **Master key.**
     */
    put: operations["ownClient_put"];
    /**
     * Change the client's name, settings or origins
     * @description **Master key.**
     */
    patch: operations["ownClient_update"];
  };
  "/api/v1/clients/me/email-providers": {
    /**
     * List providers, in the order in which they are tried
     * @deprecated
     * @description **Master key.**
     */
    get: operations["providers_list_alias"];
    /**
     * Replace the list of providers
     * @deprecated
     * @description **Master key.** A JSON array, in the order in which they are tried. A secret that is left out keeps its stored value.
     */
    put: operations["providers_replace_alias"];
    /**
     * Add a provider
     * @deprecated
     * @description **Master key.** Its settings are tried out first, unless `verify=false`. Secrets are encrypted and never returned.
     */
    post: operations["providers_add_alias"];
  };
  "/api/v1/clients/me/email-providers/{name}": {
    /**
     * Remove a provider
     * @deprecated
     * @description **Master key.**
     */
    delete: operations["providers_remove_alias"];
    /**
     * Change a provider
     * @deprecated
     * @description **Master key.**
     */
    patch: operations["providers_update_alias"];
  };
  "/api/v1/clients/me/email-providers/{name}/test": {
    /**
     * Send a test through a provider
     * @deprecated
     * @description **Master key.**
     */
    post: operations["providers_test_alias"];
  };
  "/api/v1/clients/me/hooks/pre-send": {
    /**
     * Read the pre-send hook
     * @description **Master key.**
     */
    get: operations["hook_get"];
    /**
     * Set the pre-send hook
     * @description **Master key.** Asked about every message that a user sends, edits or has scheduled, not about those of the client itself. It gets `{room_id, sender, message}`, signed as a webhook to a bare URL, and answers `{action: "accept" | "reject" | "replace", reason?, message?}`: `reject` is 422 `message_rejected` with the reason as `detail`; what `replace` gives of `message` takes the place of what was sent. It holds for the next message.
     */
    put: operations["hook_put"];
    /**
     * Remove the pre-send hook
     * @description **Master key.**
     */
    delete: operations["hook_remove"];
  };
  "/api/v1/clients/me/keys": {
    /**
     * List master keys
     * @description **Master key.**
     */
    get: operations["me_listKeys"];
    /**
     * Make another master key
     * @description **Master key.**
     */
    post: operations["me_createKey"];
  };
  "/api/v1/clients/me/keys/{id}": {
    /**
     * Revoke a master key
     * @description **Master key.** It stops working within a second on every node. The last one that may do everything is refused.
     */
    delete: operations["me_revokeKey"];
  };
  "/api/v1/clients/me/keys/{id}/rotate": {
    /**
     * Replace a master key
     * @description **Master key.** Answers the new key; the old one works for `overlap_s` seconds more. It gets one successor: again is 409.
     */
    post: operations["me_rotateKey"];
  };
  "/api/v1/clients/me/permissions": {
    /**
     * Read what the roles of rooms may
     * @description **Master key.**
     */
    get: operations["roomPermissions_get"];
    /**
     * Change what the roles of rooms may
     * @description **Master key.** Replaces what was set before; types and roles that are left out have the defaults. It holds for the next request. Every role reads: what a member may not read, it is no member of.
     */
    put: operations["roomPermissions_put"];
  };
  "/api/v1/clients/me/providers": {
    /**
     * List providers, in the order in which they are tried
     * @description **Master key.**
     */
    get: operations["providers_list"];
    /**
     * Replace the list of providers
     * @description **Master key.** A JSON array, in the order in which they are tried. A secret that is left out keeps its stored value.
     */
    put: operations["providers_replace"];
    /**
     * Add a provider
     * @description **Master key.** Its settings are tried out first, unless `verify=false`. Secrets are encrypted and never returned.
     */
    post: operations["providers_add"];
  };
  "/api/v1/clients/me/providers/{name}": {
    /**
     * Remove a provider
     * @description **Master key.**
     */
    delete: operations["providers_remove"];
    /**
     * Change a provider
     * @description **Master key.**
     */
    patch: operations["providers_update"];
  };
  "/api/v1/clients/me/providers/{name}/test": {
    /**
     * Send a test through a provider
     * @description **Master key.**
     */
    post: operations["providers_test"];
  };
  "/api/v1/clients/me/signing-secret": {
    /**
     * Read the secret that webhooks to bare URLs are signed with
     * @description **Master key.**
     */
    get: operations["ownClient_secret"];
  };
  "/api/v1/clients/me/signing-secret/rotate": {
    /**
     * Replace the signing secret
     * @description **Master key.** For `overlap_s` seconds webhooks carry a signature by each.
     */
    post: operations["ownClient_rotateSecret"];
  };
  "/api/v1/clients/me/word-lists": {
    /**
     * List the word lists
     * @description **Master key.**
     */
    get: operations["wordLists_list"];
    /**
     * Replace the word lists
     * @description **Master key.** A JSON array; it holds for the next message. What users write, and the names of what they attach, is looked through for the words as such (`ass` is not in `class`), in any case and width; in scripts that don't part their words, anywhere. What the client itself sends is not.
     */
    put: operations["wordLists_replace"];
  };
  "/api/v1/clients/scoped-keys": {
    /**
     * List users' keys
     * @description **Master key.**
     */
    get: operations["scopedKeys_list"];
    /**
     * Make a key for a user
     * @description **Master key.** Unlike a login key it stays when the user logs in. Makes the user when it is new.
     */
    post: operations["scopedKeys_create"];
  };
  "/api/v1/clients/scoped-keys/{id}": {
    /**
     * Read a user's key
     * @description **Master key.**
     */
    get: operations["scopedKeys_get"];
    /**
     * Revoke a user's key
     * @description **Master key.** It stops working, and its sockets close, within a second on every node.
     */
    delete: operations["scopedKeys_revoke"];
  };
  "/api/v1/clients/{id}": {
    /**
     * Read a client
     * @description **Admin key.**
     */
    get: operations["clients_get"];
    /**
     * Change a client's name, limits, settings or origins
     * @description **Admin key.**
     */
    patch: operations["clients_update"];
  };
  "/api/v1/clients/{id}/reactivate": {
    /**
     * Reactivate a client
     * @description **Admin key.**
     */
    post: operations["clients_reactivate"];
  };
  "/api/v1/clients/{id}/suspend": {
    /**
     * Suspend a client
     * @description **Admin key.** Within a second its keys answer 403 `client_suspended` and its sockets are closed. Nothing is lost.
     */
    post: operations["clients_suspend"];
  };
  "/api/v1/deliveries": {
    /**
     * List deliveries, newest first
     * @description **Master key.** Also the admin key, with `X-Client-Id`. Of the last 30 days, unless `from` says otherwise. `unresolved=true` lists the dead letters that are left: what failed or expired, and was neither sent again nor put aside.
     */
    get: operations["deliveries_list"];
  };
  "/api/v1/deliveries/{id}": {
    /**
     * Get a delivery with its attempts
     * @description **Master key.** Also the admin key, with `X-Client-Id`.
     */
    get: operations["deliveries_get"];
  };
  "/api/v1/deliveries/{id}/discard": {
    /**
     * Put a failed delivery aside
     * @description **Master key.** Also the admin key, with `X-Client-Id`. It stays on record, with `discarded_at`, and no recovery sends it again.
     */
    post: operations["deliveries_discard"];
  };
  "/api/v1/deliveries/{id}/resend": {
    /**
     * Send a delivery again
     * @description **Master key.** Also the admin key, with `X-Client-Id`. A new delivery of the same content, which says of which it is the repetition, and has the `webhook-id` of the first one; the other one says `resent_by`. It is tried as often as its notification says. While it is on its way, asking again answers the same one.
     */
    post: operations["deliveries_resend"];
  };
  "/api/v1/dev/login": {
    /**
     * Log in as a user of the demo client (embedded mode, loopback only)
     * @description No key needed. For the chat at `/chat`: makes the user when it is new, lets it join the room of all who log in here, and answers a key of twelve hours. Asked by a page of another origin, under another host name or through a proxy it is 404, as it is outside of embedded mode and where `HOST` is no loopback address.
     */
    post: operations["development_login"];
  };
  "/api/v1/dev/mailbox": {
    /**
     * Mail that clients without a provider sent (embedded mode, loopback only)
     * @description No key needed.
     */
    get: operations["mailbox_list"];
  };
  "/api/v1/invites": {
    /**
     * List my invitations
     * @description **Master or scoped key.** The acting user's, the newest first.
     */
    get: operations["invited_list"];
  };
  "/api/v1/invites/accept": {
    /**
     * Join by a link's code
     * @description **Master key, or a scoped key with `join_rooms`.** A code that is unknown, used up, expired or revoked is 404: they are not told apart. Who is a member already uses nothing up.
     */
    post: operations["invited_acceptCode"];
  };
  "/api/v1/invites/{id}/accept": {
    /**
     * Accept an invitation
     * @description **Master or scoped key.** By the invited user.
     */
    post: operations["invited_accept"];
  };
  "/api/v1/invites/{id}/decline": {
    /**
     * Decline an invitation
     * @description **Master or scoped key.** By the invited user.
     */
    post: operations["invited_decline"];
  };
  "/api/v1/messages": {
    /**
     * Send a message to the room in the body
     * @deprecated
     * @description **Master key, or a scoped key with `send_messages`.**
     */
    post: operations["messages_sendToRoom"];
  };
  "/api/v1/messages/rooms/{room_id}": {
    /**
     * The same as reading a room's messages
     * @deprecated
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["messages_listOfRoom"];
  };
  "/api/v1/messages/rooms/{room_id}/read": {
    /**
     * The same as marking as read
     * @deprecated
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    post: operations["receipts_readOfRoom"];
  };
  "/api/v1/messages/rooms/{room_id}/unread": {
    /**
     * Read what is unread in a room
     * @deprecated
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["receipts_ofRoom"];
  };
  "/api/v1/messages/search": {
    /**
     * Search messages
     * @description **Master key, or a scoped key with `read_messages`.** Newest first, in the rooms that the caller may read; a master key without X-User-Id searches all of the client. A message is found within seconds of its commit. For very common words a page may hold fewer than `limit` while `has_more` says that there are more: go on with `next_cursor`.
     */
    get: operations["search_find"];
  };
  "/api/v1/messages/{id}": {
    /**
     * Read a message, whatever its room
     * @deprecated
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["messages_getAnywhere"];
    /**
     * Edit a message, whatever its room
     * @deprecated
     * @description **Master key, or a scoped key with `send_messages`.**
     */
    put: operations["changes_editAnywhere"];
    /**
     * Delete a message, whatever its room
     * @deprecated
     * @description **Master or scoped key.**
     */
    delete: operations["changes_deleteAnywhere"];
  };
  "/api/v1/metrics": {
    /**
     * The client at a glance: now, and the last 24 hours
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`.
     */
    get: operations["clientMetrics_overview"];
  };
  "/api/v1/metrics/daily": {
    /**
     * Messages and deliveries by the day, of the last 30 unless told
     * @description **Master key, or a scoped key with `read_analytics`.** With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["clientMetrics_daily"];
  };
  "/api/v1/metrics/hourly": {
    /**
     * Messages and deliveries by the hour, of the last 24 unless told
     * @description **Master key, or a scoped key with `read_analytics`.** With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["clientMetrics_hourly"];
  };
  "/api/v1/metrics/user/{user_id}": {
    /**
     * What a user sent and got
     * @description **Master key, or a scoped key with `read_analytics`.** Of the last 24 hours unless told. A scoped key sees those with whom its user shares a room. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["clientMetrics_user"];
  };
  "/api/v1/notifications": {
    /**
     * List notifications, newest first
     * @description **Master or scoped key.** A scoped key sees what its user sent or got; of what it got not `metadata` and `tags`, which are the client's notes.
     */
    get: operations["notifications_list"];
    /**
     * Send a notification over email, websocket and webhook
     * @description **Master key, or a scoped key with `send_notifications`.** Accepted means kept: each recipient gets one delivery per channel, retried until it is settled. A recipient who has no address for a channel gets a delivery there that is `suppressed` and says why.
     */
    post: operations["notifications_send"];
  };
  "/api/v1/notifications/batch": {
    /**
     * Send up to 100 notifications
     * @description **Master key, or a scoped key with `send_notifications`.** Each is answered on its own, and counts on its own: one at fault, or beyond a quota, keeps no other from being sent.
     */
    post: operations["notifications_sendMany"];
  };
  "/api/v1/notifications/send": {
    /**
     * Send a notification over email, websocket and webhook
     * @deprecated
     * @description **Master key, or a scoped key with `send_notifications`.** Accepted means kept: each recipient gets one delivery per channel, retried until it is settled. A recipient who has no address for a channel gets a delivery there that is `suppressed` and says why.
     */
    post: operations["notifications_send_alias"];
  };
  "/api/v1/notifications/stats": {
    /**
     * Deliveries of a time in a few numbers
     * @description **Master key, or a scoped key with `read_analytics`.** Also the admin key, with `X-Client-Id`. Of the last 24 hours unless told, by when they were accepted. With `Accept: text/csv` the rows come as CSV.
     */
    get: operations["analytics_stats"];
  };
  "/api/v1/notifications/{id}": {
    /**
     * Get a notification with its first 100 deliveries and their attempts
     * @description **Master or scoped key.** A scoped key sees of deliveries neither `provider`, `routing` and `provider_message_id` nor what the other side answered: these are null.
     */
    get: operations["notifications_get"];
    /**
     * Change what is still open of a notification
     * @deprecated
     * @description **Master key, or a scoped key with `send_notifications`.** The same as PATCH, for callers of the first version.
     */
    put: operations["notifications_put"];
    /**
     * Cancel what is still open of a notification
     * @description **Master key, or a scoped key with `send_notifications`.** The notification stays on record.
     */
    delete: operations["notifications_remove"];
    /**
     * Change what is still open of a notification
     * @description **Master key, or a scoped key with `send_notifications`.** Its time can be moved, and what a channel sends be replaced, as long as nothing of it has begun; a priority holds for whatever still waits.
     */
    patch: operations["notifications_patch"];
  };
  "/api/v1/notifications/{id}/cancel": {
    /**
     * Cancel what is still open of a notification
     * @description **Master key, or a scoped key with `send_notifications`.** What is being sent just now goes on, and is not tried again should it fail.
     */
    post: operations["notifications_cancel"];
  };
  "/api/v1/notifications/{id}/deliveries": {
    /**
     * List the deliveries of a notification with their attempts
     * @description **Master or scoped key.** A scoped key sees of deliveries neither `provider`, `routing` and `provider_message_id` nor what the other side answered: these are null.
     */
    get: operations["notifications_deliveries"];
  };
  "/api/v1/notifications/{id}/retry": {
    /**
     * Try again what failed or expired of a notification
     * @description **Master key, or a scoped key with `send_notifications`.**
     */
    post: operations["notifications_retry"];
  };
  "/api/v1/presence": {
    /**
     * Choose what to show while there
     * @description **Master or scoped key.** Holds until it is set again, over reconnects and restarts. Fields left out stay as they are.
     */
    put: operations["presence_set"];
  };
  "/api/v1/presence/heartbeat": {
    /**
     * Be there without a socket
     * @description **Master or scoped key.** Holds until half as late again as the next heartbeat is due; `state` and `text` are set as by `PUT /presence`.
     */
    post: operations["presence_heartbeat"];
  };
  "/api/v1/presence/online": {
    /**
     * Read the presence of people who share a room
     * @description **Master or scoped key.** With `user_ids` of these, also of those who are away, in the order asked; who shares no room with the user is left out. A master key that acts for nobody sees all of its users.
     */
    get: operations["presence_get"];
  };
  "/api/v1/providers": {
    /**
     * List the kinds of providers that there are
     * @description **Master key.** What a client can set up at `/clients/me/providers`, and what serves it without being set up.
     */
    get: operations["providerTypes_list"];
  };
  "/api/v1/rate-limits": {
    /**
     * Read the limits and what is left of them
     * @description **Master or scoped key.** The limits of the key's user, or of the one that a master key names in X-User-Id, and of the client; for a master key that manages the client also what its providers take. Asking counts against none. A master key itself counts against none.
     */
    get: operations["rateLimits_list"];
  };
  "/api/v1/recoveries": {
    /**
     * List recoveries, newest first
     * @description **Master key.** Also the admin key, with `X-Client-Id`.
     */
    get: operations["recoveries_list"];
    /**
     * Send again what a filter matches
     * @description **Master key.** Also the admin key, with `X-Client-Id`. Goes on by itself, at most so many a second, over restarts, and sends nothing twice. What was sent again already, or was discarded, is skipped.
     */
    post: operations["recoveries_start"];
  };
  "/api/v1/recoveries/{id}": {
    /**
     * See how far a recovery has come
     * @description **Master key.** Also the admin key, with `X-Client-Id`.
     */
    get: operations["recoveries_get"];
  };
  "/api/v1/recoveries/{id}/cancel": {
    /**
     * Stop a recovery
     * @description **Master key.** Also the admin key, with `X-Client-Id`. What it has sent again goes on.
     */
    post: operations["recoveries_cancel"];
  };
  "/api/v1/reports": {
    /**
     * List reports, newest first
     * @description **Master key.** What users reported and what the client's word lists flagged, which comes within seconds.
     */
    get: operations["reports_list"];
  };
  "/api/v1/reports/{id}": {
    /**
     * Decide on a report
     * @description **Master key.** It changes the report alone: what becomes of the message or its sender is done by their own routes.
     */
    patch: operations["reports_decide"];
  };
  "/api/v1/rooms": {
    /**
     * List my rooms
     * @description **Master key, or a scoped key with `read_messages`.** The acting user's, most recent activity first. A master key that acts for nobody gets the client's, newest first.
     */
    get: operations["rooms_list"];
    /**
     * Make a room
     * @description **Master or scoped key.** A scoped key needs `manage_rooms`, for a direct room `send_messages`. Of two people there is one direct room only: asked for again, it comes back with 200.
     */
    post: operations["rooms_create"];
  };
  "/api/v1/rooms/all": {
    /**
     * List the client's rooms
     * @description **Master key.**
     */
    get: operations["rooms_listAll"];
  };
  "/api/v1/rooms/directory": {
    /**
     * Find public rooms
     * @description **Master key, or a scoped key with `join_rooms`.** By name, in its order. A search looks at so many names for a page: one that found little may still have a `next_cursor`.
     */
    get: operations["directory_list"];
  };
  "/api/v1/rooms/query": {
    /**
     * Find rooms
     * @description **Master key, or a scoped key with `read_messages`.** The acting user's rooms, filtered and sorted, each with its last message and a few members. A master key that acts for nobody gets the whole client's: a page then reads through at most 5,000 rooms, so that one with few rooms or none may have `has_more`.
     */
    post: operations["roomQuery_query"];
  };
  "/api/v1/rooms/{id}/online": {
    /**
     * List the members of a room who are there
     * @description **Master or scoped key.**
     */
    get: operations["presence_online"];
  };
  "/api/v1/rooms/{id}/typing": {
    /**
     * Say that the user types in a room, or no longer
     * @description **Master key, or a scoped key with `send_messages`.** For clients without a socket. Holds for 8 seconds, unless it is said again. The readers of the room hear `typing.updated`.
     */
    post: operations["typing_type"];
  };
  "/api/v1/rooms/{room_id}": {
    /**
     * Read a room
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["rooms_get"];
    /**
     * The same as PATCH
     * @deprecated
     * @description **Master key, or a scoped key with `manage_rooms`.**
     */
    put: operations["rooms_put"];
    /**
     * Delete a room
     * @description **Master key, or a scoped key with `manage_rooms`.** By its owners, or the client. It is gone for everybody, its messages with it, and can be restored for the client's `delete_grace_days` (30). Events stay for as long as all events do.
     */
    delete: operations["lifecycle_remove"];
    /**
     * Change a room
     * @description **Master key, or a scoped key with `manage_rooms`.** By its owners and admins, in a direct room by both, or the client. `metadata` is merged (RFC 7396). What is so already stays so, and tells nobody.
     */
    patch: operations["rooms_update"];
  };
  "/api/v1/rooms/{room_id}/activate": {
    /**
     * Activate a room again
     * @description **Master key, or a scoped key with `manage_rooms`.**
     */
    post: operations["lifecycle_activate"];
  };
  "/api/v1/rooms/{room_id}/archive": {
    /**
     * Archive a room
     * @description **Master key, or a scoped key with `manage_rooms`.** It takes no messages (409 `room_inactive`) and stays readable.
     */
    post: operations["lifecycle_archive"];
  };
  "/api/v1/rooms/{room_id}/bans": {
    /**
     * List a room's bans
     * @description **Master key, or a scoped key with `manage_rooms`.** Those that hold, to whose role grants `manage`.
     */
    get: operations["bans_list"];
  };
  "/api/v1/rooms/{room_id}/deactivate": {
    /**
     * Deactivate a room
     * @description **Master key, or a scoped key with `manage_rooms`.** It takes no messages (409 `room_inactive`) until it is activated by hand.
     */
    post: operations["lifecycle_deactivate"];
  };
  "/api/v1/rooms/{room_id}/delivered": {
    /**
     * Mark as delivered
     * @description **Master key, or a scoped key with `read_messages`.** Up to a place; never back. `private`: nothing moves, since others see that marker.
     */
    post: operations["receipts_delivered"];
  };
  "/api/v1/rooms/{room_id}/freeze": {
    /**
     * Freeze a room
     * @description **Master key, or a scoped key with `manage_rooms`.** Only its owners and admins, and the client, write.
     */
    post: operations["lifecycle_freeze"];
  };
  "/api/v1/rooms/{room_id}/invites": {
    /**
     * List a room's invitations
     * @description **Master key, or a scoped key with `invite_users`.** The newest first, to whose role grants `invite`.
     */
    get: operations["invites_list"];
    /**
     * Invite a user, or make a link
     * @description **Master key, or a scoped key with `invite_users`.** To a role above member by whose role grants `delete`. Who has a pending invitation keeps it: the second one is the first.
     */
    post: operations["invites_create"];
  };
  "/api/v1/rooms/{room_id}/invites/{invite_id}": {
    /**
     * Revoke an invitation or a link
     * @description **Master key, or a scoped key with `invite_users`.** By who made it, or whose role grants `manage`. What is no longer pending stays as it is.
     */
    delete: operations["invites_revoke"];
  };
  "/api/v1/rooms/{room_id}/join": {
    /**
     * Join a room
     * @description **Master key, or a scoped key with `join_rooms`.** A public one; other rooms take an invitation or a request. A master key lets the user that it names into any room. Who is a member already stays as he is.
     */
    post: operations["joining_join"];
  };
  "/api/v1/rooms/{room_id}/join-requests": {
    /**
     * List requests to join a room
     * @description **Master key, or a scoped key with `manage_rooms`.** The oldest first, to whose role grants `manage`.
     */
    get: operations["joinRequests_list"];
    /**
     * Ask to join a private room
     * @description **Master key, or a scoped key with `join_rooms`.** Who asks knows its id, and need not see it. A public room is joined; one by invitation only takes no requests and is 404. A request that waits stays as it is.
     */
    post: operations["joinRequests_ask"];
  };
  "/api/v1/rooms/{room_id}/join-requests/{user_id}/approve": {
    /**
     * Let in who asked
     * @description **Master key, or a scoped key with `manage_rooms`.**
     */
    post: operations["joinRequests_approve"];
  };
  "/api/v1/rooms/{room_id}/join-requests/{user_id}/reject": {
    /**
     * Do not let in who asked
     * @description **Master key, or a scoped key with `manage_rooms`.** Who asked may ask again.
     */
    post: operations["joinRequests_reject"];
  };
  "/api/v1/rooms/{room_id}/leave": {
    /**
     * Leave a room
     * @description **Master or scoped key.** A last owner hands it on: to the oldest admin, else to the oldest member.
     */
    post: operations["joining_leave"];
  };
  "/api/v1/rooms/{room_id}/lifecycle": {
    /**
     * Read when a room will be deactivated
     * @description **Master key.**
     */
    get: operations["lifecycle_read"];
    /**
     * Set when a room will be deactivated
     * @description **Master key.** Replaces what was set before; what is left out, the client's `settings.lifecycle` says.
     */
    put: operations["lifecycle_put"];
  };
  "/api/v1/rooms/{room_id}/me": {
    /**
     * Mute, hide or pin a room for myself
     * @description **Master key, or a scoped key with `read_messages`.** For the acting user alone. The answer is the room's `me`.
     */
    patch: operations["ownSide_update"];
  };
  "/api/v1/rooms/{room_id}/members": {
    /**
     * List a room's members
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["members_list"];
    /**
     * Add members
     * @description **Master key, or a scoped key with `invite_users`.** One by `user_id` or many by `members` (a scoped key 100, a master key as many as a room takes), each of which is answered on its own in `results`; where none could be added, the answer is the first one’s problem. Owners add anybody, admins plain members. Who is a member already keeps his role.
     */
    post: operations["members_add"];
  };
  "/api/v1/rooms/{room_id}/members/{user_id}": {
    /**
     * Read a member
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["members_get"];
    /**
     * Remove a member, or leave
     * @description **Master or scoped key.** Who acts for the user (also as `me`) leaves, as with `POST /rooms/{room_id}/leave`; others are removed by owners and admins, a scoped key needs `manage_rooms` for it.
     */
    delete: operations["members_remove"];
    /**
     * Change a member's role
     * @description **Master key, or a scoped key with `manage_rooms`.** By owners, or the client. A room that has an owner keeps at least one.
     */
    patch: operations["members_setRole"];
  };
  "/api/v1/rooms/{room_id}/members/{user_id}/ban": {
    /**
     * Ban a user from a room
     * @description **Master key, or a scoped key with `manage_rooms`.** A member is removed; who never was one is kept out as well. Admins ban plain members, owners everybody but the last owner. A ban that holds is replaced.
     */
    put: operations["bans_ban"];
    /**
     * Lift a ban
     * @description **Master key, or a scoped key with `manage_rooms`.** The user is no member by that, but may become one again.
     */
    delete: operations["bans_lift"];
  };
  "/api/v1/rooms/{room_id}/members/{user_id}/role": {
    /**
     * The same as reading a member
     * @deprecated
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["members_getRole"];
    /**
     * The same as PATCH
     * @deprecated
     * @description **Master key, or a scoped key with `manage_rooms`.**
     */
    put: operations["members_putRole"];
  };
  "/api/v1/rooms/{room_id}/messages": {
    /**
     * Read a room's messages
     * @description **Master key, or a scoped key with `read_messages`.** Always ascending; without a place to read from, the newest. Give at most one place.
     */
    get: operations["messages_list"];
    /**
     * Send a message
     * @description **Master key, or a scoped key with `send_messages`.** Committed when answered. A master key without X-User-Id sends as the client.
     */
    post: operations["messages_send"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}": {
    /**
     * Read a message
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["messages_get"];
    /**
     * Delete a message
     * @description **Master or scoped key.** `for=all`, by its sender, roles that grant `manage`, or the client (`send_messages`): it leaves a tombstone that keeps its `seq`. `for=me`, by whoever reads it (`read_messages`): from then on it comes as a stub.
     */
    delete: operations["changes_delete"];
    /**
     * Edit a message
     * @description **Master key, or a scoped key with `send_messages`.** By its sender, or the client; by roles that grant `manage` where `settings.moderators_edit` says so. `metadata` is merged (RFC 7396). What changes nothing is no edit.
     */
    patch: operations["changes_edit"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/edits": {
    /**
     * Read what a message said before
     * @description **Master key, or a scoped key with `read_messages`.** Every version, the first included, oldest first. Who may is `settings.edit_history`; of a deleted message nothing is shown.
     */
    get: operations["changes_versions"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/pin": {
    /**
     * Pin a message
     * @description **Master key, or a scoped key with `send_messages`.** By roles that grant `manage`; in a direct room by both. A room takes 50 pins; the room is told by `message.updated`.
     */
    put: operations["pins_pin"];
    /**
     * Unpin a message
     * @description **Master key, or a scoped key with `send_messages`.** By roles that grant `manage`; in a direct room by both.
     */
    delete: operations["pins_unpin"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/reactions": {
    /**
     * See who reacted to a message
     * @description **Master key, or a scoped key with `read_messages`.** By key, and within each in the order in which they reacted.
     */
    get: operations["reactions_list"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/reactions/{key}": {
    /**
     * React to a message
     * @description **Master key, or a scoped key with `send_messages`.** Answers the message's `reactions`. Twice is once; a message takes 50 different keys. Its `rev` stays: the room is told by `reaction.added`.
     */
    put: operations["reactions_add"];
    /**
     * Take a reaction back
     * @description **Master key, or a scoped key with `send_messages`.**
     */
    delete: operations["reactions_remove"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/replies": {
    /**
     * Read a thread's replies
     * @description **Master key, or a scoped key with `read_messages`.** Always ascending; without a place to read from, the newest. A reply to a reply is in the same thread, and has none of its own.
     */
    get: operations["threads_replies"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/reports": {
    /**
     * Report a message
     * @description **Master key, or a scoped key with `read_messages`.** By whoever sees it; each user's first report of a message counts. Who sent it is not told.
     */
    post: operations["reports_report"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/subscription": {
    /**
     * See whether the user follows a thread, and what it has not read of it
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["threads_standing"];
    /**
     * Follow a thread
     * @description **Master key, or a scoped key with `read_messages`.** What there is already counts as read. Whoever is replied to, replies or is mentioned in a thread follows it by itself.
     */
    put: operations["threads_subscribe"];
    /**
     * Follow a thread no more
     * @description **Master key, or a scoped key with `read_messages`.** Until the user replies, or is mentioned in it, again.
     */
    delete: operations["threads_unsubscribe"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/thread/read": {
    /**
     * Mark a thread as read
     * @description **Master key, or a scoped key with `read_messages`.** Never back. Beyond the last reply is clamped.
     */
    post: operations["threads_read"];
  };
  "/api/v1/rooms/{room_id}/messages/{id}/undelete": {
    /**
     * Bring a deleted message back
     * @description **Master key, or a scoped key with `send_messages`.** By roles that grant `manage`, within `settings.undelete_days` of its deletion; then 409. In a direct room, by who deleted it.
     */
    post: operations["changes_undelete"];
  };
  "/api/v1/rooms/{room_id}/permissions": {
    /**
     * Read what the roles of a room may
     * @description **Master key.**
     */
    get: operations["roomPermissions_ofRoom"];
  };
  "/api/v1/rooms/{room_id}/pins": {
    /**
     * Read a room's pinned messages
     * @description **Master key, or a scoped key with `read_messages`.** The latest pin first; a room has at most 50.
     */
    get: operations["pins_list"];
  };
  "/api/v1/rooms/{room_id}/read": {
    /**
     * Mark as read
     * @description **Master key, or a scoped key with `read_messages`.** Up to a place; never back. `private`: a marker that others do not see. Answers the own side of the room.
     */
    post: operations["receipts_read"];
  };
  "/api/v1/rooms/{room_id}/receipts": {
    /**
     * List members' markers
     * @description **Master key, or a scoped key with `read_messages`.**
     */
    get: operations["receipts_list"];
  };
  "/api/v1/rooms/{room_id}/restore": {
    /**
     * Bring a deleted room back
     * @description **Master key, or a scoped key with `manage_rooms`.** By its owners, or the client, with its members and messages, as what it was before.
     */
    post: operations["lifecycle_restore"];
  };
  "/api/v1/rooms/{room_id}/scheduled-messages": {
    /**
     * List scheduled messages of a room
     * @description **Master key, or a scoped key with `send_messages`.** By their time: those of the acting user; without one, all. What has ended is kept for 30 days.
     */
    get: operations["scheduled_list"];
    /**
     * Schedule a message
     * @description **Master key, or a scoped key with `send_messages`.** Sent within 5 seconds of `send_at`, once, by what its sender may do then; what is refused then is `failed` with its reason. A user may have 100 that wait.
     */
    post: operations["scheduled_schedule"];
  };
  "/api/v1/rooms/{room_id}/transfer": {
    /**
     * Hand a room on to another owner
     * @description **Master key, or a scoped key with `manage_rooms`.** By an owner, who becomes an admin; by the client, every other owner does. The answer is the new owner.
     */
    post: operations["joining_transfer"];
  };
  "/api/v1/rooms/{room_id}/truncate": {
    /**
     * Drop the earlier messages of a room
     * @description **Master key, or a scoped key with `manage_rooms`.** By its owners, or the client: all messages before a place are gone for everybody, and cannot be brought back. What is gone already stays so.
     */
    post: operations["truncation_truncate"];
  };
  "/api/v1/rooms/{room_id}/unarchive": {
    /**
     * Take a room out of the archive
     * @description **Master key, or a scoped key with `manage_rooms`.** It is what it was before.
     */
    post: operations["lifecycle_unarchive"];
  };
  "/api/v1/rooms/{room_id}/unfreeze": {
    /**
     * Let everybody in a room write again
     * @description **Master key, or a scoped key with `manage_rooms`.**
     */
    post: operations["lifecycle_unfreeze"];
  };
  "/api/v1/rooms/{room_id}/unread": {
    /**
     * Mark as unread
     * @description **Master key, or a scoped key with `read_messages`.** From a place on, for the user itself, until it reads or sends again: what others see stays, with `private` or without.
     */
    post: operations["receipts_unread"];
  };
  "/api/v1/scheduled-messages/{id}": {
    /**
     * Read a scheduled message
     * @description **Master key, or a scoped key with `send_messages`.**
     */
    get: operations["scheduled_get"];
    /**
     * Cancel a scheduled message
     * @description **Master key, or a scoped key with `send_messages`.** Once it is being sent, 409.
     */
    delete: operations["scheduled_cancel"];
    /**
     * Change a scheduled message, or its time
     * @description **Master key, or a scoped key with `send_messages`.** Once it is being sent, 409.
     */
    patch: operations["scheduled_update"];
  };
  "/api/v1/suppressions": {
    /**
     * List suppressed addresses, newest first; those that are over are left out
     * @description **Master key.**
     */
    get: operations["suppressions_list"];
    /**
     * Suppress an address
     * @description **Master key.** One that is suppressed already has the reason and the end that are sent now, and is answered with 200.
     */
    post: operations["suppressions_add"];
  };
  "/api/v1/suppressions/export": {
    /**
     * The whole list as CSV or NDJSON, oldest first; what is over is left out
     * @description **Master key.**
     */
    get: operations["suppressions_export"];
  };
  "/api/v1/suppressions/import": {
    /**
     * Suppress many addresses
     * @description **Master key.** CSV with a header line (`address`, and where they are wanted `channel`, `reason`, `expires_at`, `category`), or NDJSON with the same fields. Lines that cannot be read are told of, the others are taken; of 100,000 at most: where there are more, `next_line` says which is the first that was not.
     */
    post: operations["suppressions_import"];
  };
  "/api/v1/suppressions/{id}": {
    /**
     * Write to an address again
     * @description **Master key.**
     */
    delete: operations["suppressions_remove"];
  };
  "/api/v1/sync": {
    /**
     * Catch up
     * @description **Master key, or a scoped key with `read_messages`.** Everything since these positions, or a clear no for each stream where that cannot be told: what `sync.resume` answers. With `timeout_s` it waits for something to tell. Of more than 200 rooms those with news are told; `more` says to ask for the others again.
     */
    post: operations["sync_poll"];
  };
  "/api/v1/threads": {
    /**
     * List the threads that the user follows
     * @description **Master key, or a scoped key with `read_messages`.** Those with replies, the one with the latest first.
     */
    get: operations["threads_list"];
  };
  "/api/v1/unread": {
    /**
     * Read what is unread
     * @description **Master key, or a scoped key with `read_messages`.** The acting user's, over all rooms: absolute numbers.
     */
    get: operations["receipts_total"];
  };
  "/api/v1/users": {
    /**
     * List users
     * @description **Master key.**
     */
    get: operations["users_list"];
  };
  "/api/v1/users/batch": {
    /**
     * Make or change many users
     * @description **Master key.** Each is answered on its own: one at fault keeps no other from being made.
     */
    post: operations["users_putMany"];
  };
  "/api/v1/users/me/blocks": {
    /**
     * List whom one blocks
     * @description **Master or scoped key.**
     */
    get: operations["blocks_list"];
  };
  "/api/v1/users/me/blocks/{user_id}": {
    /**
     * Block a user
     * @description **Master or scoped key.** The blocked user's direct messages are refused with 422 `user_unavailable`, as if the user were unknown; what it sends in other rooms comes to the blocker as stubs, when it is read. Live events are the same for a whole room: apps hide them by their list. At most 10,000.
     */
    put: operations["blocks_block"];
    /**
     * Block a user no longer
     * @description **Master or scoped key.**
     */
    delete: operations["blocks_unblock"];
  };
  "/api/v1/users/{user_id}": {
    /**
     * Read a user
     * @description **Master or scoped key.** Whole with a master key, and for the user itself (also as `me`). A scoped key sees of others who share a room `user_id`, `display_name` and `avatar_url`.
     */
    get: operations["users_get"];
    /**
     * Make or change a user
     * @description **Master key.**
     */
    put: operations["users_put"];
    /**
     * Change a user
     * @description **Master or scoped key.** A scoped key may change its own `display_name` and `avatar_url`.
     */
    patch: operations["users_patch"];
  };
  "/api/v1/users/{user_id}/ban": {
    /**
     * Ban a user
     * @description **Master key.** A banned user reads, and is refused everything else with 403 `user_banned`. With `shadow` it is refused nothing: others get stubs of what it sends. A second ban takes the place of the first.
     */
    put: operations["userBans_ban"];
    /**
     * Lift a user's ban
     * @description **Master key.**
     */
    delete: operations["userBans_unban"];
  };
  "/api/v1/users/{user_id}/opt-outs": {
    /**
     * See what a user does not want to be told of
     * @description **Master or scoped key.** With a scoped key: the own user, also as `me`.
     */
    get: operations["optOuts_get"];
    /**
     * Say what a user does not want to be told of
     * @description **Master or scoped key.** What notifications of these categories, or over these channels, would have sent to the user is `suppressed` with the reason `opted_out`. Both lists are replaced.
     */
    put: operations["optOuts_put"];
  };
  "/api/v1/utils/health-check": {
    /**
     * How is it?
     * @deprecated
     * @description No key needed. Is this process ready for requests: database, schema and queue?
     */
    get: operations["health_report_alias"];
  };
  "/api/v1/webhooks/endpoints": {
    /**
     * List endpoints
     * @description **Master key.**
     */
    get: operations["endpoints_list"];
    /**
     * Add an endpoint
     * @description **Master key.** It hears what happens from now on. `secret` is in this answer only. A client has at most 100 endpoints.
     */
    post: operations["endpoints_add"];
  };
  "/api/v1/webhooks/endpoints/{id}": {
    /**
     * Read an endpoint
     * @description **Master key.**
     */
    get: operations["endpoints_get"];
    /**
     * Remove an endpoint
     * @description **Master key.** What is open of its events is cancelled, reason `endpoint_removed`.
     */
    delete: operations["endpoints_remove"];
    /**
     * Change an endpoint
     * @description **Master key.** What is on its way already goes where the endpoint is now, and is signed as it is now.
     */
    patch: operations["endpoints_update"];
  };
  "/api/v1/webhooks/endpoints/{id}/deliveries": {
    /**
     * What an endpoint was told, with every attempt
     * @description **Master key.** Newest first. What waits for its turn is `pending`, reason `waiting_for_turn`.
     */
    get: operations["endpointHistory_list"];
  };
  "/api/v1/webhooks/endpoints/{id}/disable": {
    /**
     * Disable an endpoint
     * @description **Master key.** It is told nothing new, and what is open is `held`, reason `endpoint_disabled`.
     */
    post: operations["endpoints_disable"];
  };
  "/api/v1/webhooks/endpoints/{id}/enable": {
    /**
     * Enable an endpoint
     * @description **Master key.** It hears what happens from now on, and what was held goes on. What it missed is sent by `recover`.
     */
    post: operations["endpoints_enable"];
  };
  "/api/v1/webhooks/endpoints/{id}/recover": {
    /**
     * Send an endpoint what it was not told
     * @description **Master key.** Of the events since then: those that failed for good, and those that happened while it was disabled. Each goes under its own `webhook-id`, with the same body as before, and once. However many there are, it goes on by itself, also over restarts; how far it has come says `GET /recoveries/{id}`, and `POST /recoveries/{id}/cancel` stops it.
     */
    post: operations["endpointHistory_recover"];
  };
  "/api/v1/webhooks/endpoints/{id}/rotate-secret": {
    /**
     * Give an endpoint a new secret
     * @description **Master key.** For `overlap_s` seconds the one before signs too. `secret` is in this answer only.
     */
    post: operations["endpoints_rotate"];
  };
  "/api/v1/webhooks/endpoints/{id}/stats": {
    /**
     * What became of the events of the last day
     * @description **Master key.**
     */
    get: operations["endpointHistory_stats"];
  };
  "/api/v1/webhooks/endpoints/{id}/test": {
    /**
     * Send an example to an endpoint, now
     * @description **Master key.** Also to one that is disabled. Once: it is not tried again, and says nothing of the health of the endpoint. Answers the delivery with its attempt.
     */
    post: operations["endpointHistory_test"];
  };
  "/api/v1/webhooks/event-types": {
    /**
     * List the types of events
     * @description **Master key.**
     */
    get: operations["endpointHistory_eventTypes"];
  };
  "/api/v1/webhooks/rules": {
    /**
     * List rules, by source and position
     * @description **Master key.**
     */
    get: operations["rules_list"];
    /**
     * Make a rule
     * @description **Master key.** Its actions take place once for each event that its condition holds for, in order, as the client; messages have `sender_type: "bot"`. What goes wrong is in the `results` of the event, and holds up neither the other actions nor other rules.
     */
    post: operations["rules_create"];
  };
  "/api/v1/webhooks/rules/test": {
    /**
     * Try a rule out
     * @description **Master key.** What it would do with a sample, every expression worked out. Nothing is done, and nothing is stored.
     */
    post: operations["rules_test"];
  };
  "/api/v1/webhooks/rules/{id}": {
    /**
     * Read a rule
     * @description **Master key.**
     */
    get: operations["rules_get"];
    /**
     * Delete a rule
     * @description **Master key.**
     */
    delete: operations["rules_remove"];
    /**
     * Change a rule
     * @description **Master key.**
     */
    patch: operations["rules_update"];
  };
  "/api/v1/webhooks/sources": {
    /**
     * List sources
     * @description **Master key.**
     */
    get: operations["sources_list"];
    /**
     * Make a source
     * @description **Master key.** An address for another service to send to; `verification` says how its requests are signed. Secrets are encrypted and never returned. The template `none` takes unsigned requests, and `allow_unsigned: true`.
     */
    post: operations["sources_create"];
  };
  "/api/v1/webhooks/sources/{id}": {
    /**
     * Read a source
     * @description **Master key.**
     */
    get: operations["sources_get"];
    /**
     * Delete a source
     * @description **Master key.** With its rules. Its address answers 404 at once.
     */
    delete: operations["sources_remove"];
    /**
     * Change a source
     * @description **Master key.** A secret that is left out stays. The address stays, unless the source becomes unsigned.
     */
    patch: operations["sources_update"];
  };
  "/api/v1/webhooks/sources/{id}/events": {
    /**
     * List what came to a source
     * @description **Master key.** Newest first, refused and repeated requests among it (of each at most 200 an hour). Kept for `INBOUND_EVENTS_KEPT_DAYS`.
     */
    get: operations["sources_listEvents"];
  };
  "/api/v1/webhooks/sources/{id}/events/{event_id}": {
    /**
     * Read what came to a source
     * @description **Master key.**
     */
    get: operations["sources_getEvent"];
  };
  "/api/v1/webhooks/sources/{id}/replay": {
    /**
     * Let events have their effects again
     * @description **Master key.** One, some, or all of a time. What has been done is not repeated; what went wrong is tried again, and rules that were made since are applied. Refused requests and duplicates are passed over.
     */
    post: operations["sources_replay"];
  };
  "/health": {
    /**
     * How is it?
     * @description No key needed. Is this process ready for requests: database, schema and queue?
     */
    get: operations["health_report"];
  };
  "/health/db": {
    /**
     * Does the database answer?
     * @description No key needed.
     */
    get: operations["health_db"];
  };
  "/health/live": {
    /**
     * Alive?
     * @description No key needed. Answers as long as the process runs.
     */
    get: operations["health_live"];
  };
  "/health/ready": {
    /**
     * Ready?
     * @description No key needed. The same, for load balancers.
     */
    get: operations["health_ready"];
  };
  "/u/{token}": {
    /**
     * A page with one button
     * @description No key needed.
     */
    get: operations["unsubscribe_ask"];
    /**
     * Unsubscribe, by one click (RFC 8058)
     * @description No key needed. From the category of the notification, where it has one; else from all mail of the client.
     */
    post: operations["unsubscribe_unsubscribe"];
  };
  "/webhooks/{client_slug}/{source_slug}": {
    /**
     * Send an event to a source
     * @description No key needed. For the services that a source is for, signed as its verification demands. Any content type is taken. 202 once the event is stored; what it causes follows. Mailgun is answered 200, or 406 where another sender would see 401.
     */
    post: operations["inbound_receive"];
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AcceptCode: {
      /** @description A link's code. */
      code: string;
    };
    Actor: {
      /** @description null: the client or the system acted. */
      id: string | null;
      /** @enum {string} */
      type: "user" | "client" | "system" | "bot";
    };
    AddMembers: {
      /** @description Instead of `members`. */
      user_id?: string;
      /**
       * @description With `user_id`.
       * @default member
       * @enum {string}
       */
      role?: "owner" | "admin" | "member";
      /** @description User ids, or objects with a role. */
      members?: (string | components["schemas"]["MemberInput"])[];
    };
    AddedMember: {
      /** @description Its place in `members`. */
      index: number;
      /** @description 201: became a member; 200: was one already; else of the problem. */
      status: number;
      member?: components["schemas"]["Member"];
      error?: components["schemas"]["ItemProblem"];
    };
    AddedMembers: {
      data: components["schemas"]["Member"][];
      results: components["schemas"]["AddedMember"][];
    };
    Alive: {
      /** @enum {string} */
      status: "ok";
    };
    AskToJoin: {
      /** @description For those who decide. */
      message?: string;
    };
    Attachment: {
      /** @enum {string} */
      type: "image" | "file" | "video" | "audio" | "document" | "link";
      /** Format: uri */
      url: string;
      name?: string | null;
      /** @description Bytes. */
      size?: number | null;
      mime_type?: string | null;
      width?: number;
      height?: number;
      duration_ms?: number;
      /** Format: uri */
      thumbnail_url?: string;
      /** @description Made by ChatAPI of a link in the text. A send leaves such an attachment out; an edit may name, by its `url`, one that is there. */
      preview?: boolean;
      /** @description As the page says, like the next three; of previews only. */
      title?: string;
      description?: string;
      /** Format: uri */
      image_url?: string;
      site_name?: string;
    };
    Attempt: {
      number: number;
      provider: string | null;
      /** @enum {string} */
      status: "sent" | "failed" | "unknown";
      error_code: string | null;
      error_message: string | null;
      /** @description HTTP status or SMTP reply code. */
      response_status: number | null;
      /** @description At most 64 KiB; not for the admin key. */
      response_body: string | null;
      duration_ms: number | null;
      /** Format: date-time */
      attempted_at: string;
    };
    AuditActor: {
      /**
       * @description The operator, a master key, a user, or the service by itself.
       * @enum {string}
       */
      type: "admin" | "key" | "user" | "system";
      /** @description The key's id, or the client's own id of the user. */
      id: string | null;
    };
    AuditLine: {
      /** Format: uuid */
      id: string;
      /**
       * Format: uuid
       * @description Whose administration was changed.
       */
      client_id: string;
      actor: components["schemas"]["AuditActor"];
      action: string;
      /** @description Which one: an id or a name. */
      subject: string | null;
      /** @description What is known of it as it was, without secrets. */
      before?: {
        [key: string]: unknown;
      };
      /** @description As it is since, without secrets. */
      after?: {
        [key: string]: unknown;
      };
      ip: string | null;
      /** Format: date-time */
      at: string;
    };
    Backlog: {
      /** @description Counted up to 100,000. */
      deliveries: number;
      /**
       * Format: date-time
       * @description When the oldest of them was accepted; null where there is none.
       */
      oldest_at: string | null;
    };
    Ban: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      user_id: string;
      display_name: string | null;
      /** @enum {string} */
      role: "owner" | "admin" | "member";
      /** @enum {string} */
      status: "active" | "left" | "banned";
      last_read_seq: number;
      last_delivered_seq: number;
      /** Format: date-time */
      joined_at: string;
      /** Format: date-time */
      banned_until: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description As given by who banned. */
      reason: string | null;
    };
    BanMember: {
      /** @description Shown to who manages the room. */
      reason?: string;
      /** @description Seconds until it ends; omitted: until it is lifted. */
      expires_in?: number;
    };
    BanUser: {
      /** @description For the client: the user is not told. */
      reason?: string | null;
      /** @description Seconds until the ban ends by itself; left out: never. */
      expires_in?: number | null;
      /** @description The user is not refused anything, but what it sends from now on only it sees. */
      shadow?: boolean;
    };
    BasicVerification: {
      /** @enum {string} */
      template: "basic";
      username: string;
      password: string;
      /** @description The header that holds the id of an event. Without one, equal bodies within `tolerance_s` are one event. */
      id_header?: string | null;
    };
    BatchUser: {
      display_name?: string | null;
      /** Format: uri */
      avatar_url?: string | null;
      /** Format: email */
      email?: string | null;
      phone?: string | null;
      /** @description PUT replaces it; PATCH merges into it (RFC 7396). null empties it. */
      metadata?: {
        [key: string]: unknown;
      } | null;
      user_id: string;
    };
    Block: {
      user_id: string;
      /** Format: date-time */
      created_at: string;
    };
    ChannelQuota: {
      /** @description Left out: as many as there are. */
      per_second?: number | null;
      /** @description Left out: as many as there are. */
      per_hour?: number | null;
      /** @description Left out: as many as there are. */
      per_day?: number | null;
      channel: string;
    };
    ChannelsInput: {
      email?: components["schemas"]["EmailInput"];
      webhook?: components["schemas"]["WebhookInput"];
      websocket?: components["schemas"]["WebsocketInput"];
    };
    Client: {
      /** Format: uuid */
      id: string;
      name: string;
      /** @description From the name, unique; part of inbound webhook URLs. */
      slug: string;
      /** @description False while the client is suspended. */
      is_active: boolean;
      limits: components["schemas"]["ClientLimits"];
      settings: components["schemas"]["ClientSettings"];
      /** @description Origins whose pages may use scoped keys; empty: any. */
      allowed_origins: string[];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    ClientLimits: {
      /** @description Messages that a user may send, edit or schedule per minute. */
      messages_per_user_per_minute: number;
      /** @description Reactions that a user may add or take back per minute. */
      reactions_per_user_per_minute: number;
      /** @description Times a minute that a user may tell of starting or stopping to type. */
      typing_per_user_per_minute: number;
      /** @description Times a minute that a user may send `ping`. */
      pings_per_user_per_minute: number;
      /** @description How many of each of them may come in one second; 0: as many as the minute allows. */
      burst_per_user_per_second: number;
      /** @description Seconds for which a user is refused who went beyond the burst; 0: until the second is over. */
      cooldown_s: number;
      /** @description Connections that a user may have open at once. */
      sockets_per_user: number;
      /** @description Connections that all of the client's users may have open at once. */
      sockets_per_client: number;
      /** @description Beyond them 429; what is not named is not counted. */
      quotas: components["schemas"]["ClientQuotas"];
    };
    ClientLimitsPatch: {
      /**
       * @description Sets many at once, before the fields beside it: `fastchat` is 60 messages, 60 reactions, 10 of typing and 30 pings a minute, bursts of 3 a second, 2 s of cooldown; `default` takes the configured defaults again.
       * @enum {string}
       */
      preset?: "default" | "fastchat";
      /** @description Messages that a user may send, edit or schedule per minute. */
      messages_per_user_per_minute?: number | null;
      /** @description Reactions that a user may add or take back per minute. */
      reactions_per_user_per_minute?: number | null;
      /** @description Times a minute that a user may tell of starting or stopping to type. */
      typing_per_user_per_minute?: number | null;
      /** @description Times a minute that a user may send `ping`. */
      pings_per_user_per_minute?: number | null;
      /** @description How many of each of them may come in one second; 0: as many as the minute allows. */
      burst_per_user_per_second?: number | null;
      /** @description Seconds for which a user is refused who went beyond the burst; 0: until the second is over. */
      cooldown_s?: number | null;
      /** @description Connections that a user may have open at once. */
      sockets_per_user?: number | null;
      /** @description Connections that all of the client's users may have open at once. */
      sockets_per_client?: number | null;
      /** @description Takes the place of all quotas; null: there are none. */
      quotas?: components["schemas"]["ClientQuotas"] | null;
    };
    ClientQuotas: {
      /** @description Messages of one user, sent, edited or scheduled. */
      messages_per_user?: components["schemas"]["Quota"];
      /** @description Messages of the client and all its users. */
      messages_per_client?: components["schemas"]["Quota"];
      /** @description Notifications that one user sends. */
      notifications_per_user?: components["schemas"]["Quota"];
      /** @description Deliveries accepted over all channels. */
      deliveries_per_client?: components["schemas"]["Quota"];
      /** @description Deliveries accepted over a channel. */
      deliveries_per_channel?: components["schemas"]["ChannelQuota"][];
    };
    ClientSettings: {
      /** @description Seconds after which login and scoped keys expire whose request names no `expires_in`; null: never. */
      key_ttl_s?: number | null;
      /** @description Notifications to so many recipients or more, cc and bcc counted, go to providers with `is_bulk` first. */
      bulk_threshold?: number | null;
      /** @description Notifications to at most so many recipients go to the primary provider, whatever `bulk_threshold` says. */
      primary_max?: number | null;
      /** @description For how many seconds a mail is tried with a provider that keeps failing, before the next one takes it. One that is out (refused connection, failed login, open breaker, exhausted quota) is left at once. */
      failover_after_s?: number | null;
      /** @description After how many seconds of faults the strategy `fallback` leaves email for the next channel, unless `within_s` is over before. */
      fallback_after_s?: number | null;
      /** @description After how many seconds of faults a mail is `failed`, with the reason `time_exhausted`. */
      give_up_after_s?: number | null;
      /** @description When rooms without activity are deactivated, by their type. */
      lifecycle?: components["schemas"]["LifecycleSetting"] | null;
      /** @description Days for which a deleted room can be restored, before all that is in it goes; 30 unless set. */
      delete_grace_days?: number | null;
      /** @description Roles that grant `manage` may edit others' messages. */
      moderators_edit?: boolean | null;
      /**
       * @description Who reads what messages said before they were edited; `admins`: roles that grant `manage`.
       * @enum {string|null}
       */
      edit_history?: "none" | "admins" | "members" | null;
      /** @description For so many days a deleted message can be brought back; 0: what it said is gone at once. */
      undelete_days?: number | null;
      /** @description Links in texts are fetched after the send, and previews of their pages become attachments of type `link`. */
      link_previews?: boolean | null;
      /** @description For callers of ChatAPI’s first version: its bodies, queries and socket events are taken too, and answers carry its fields beside those of this version. */
      first_version?: boolean | null;
    };
    ConditionFault: {
      code: string;
      message: string;
      /** Format: date-time */
      at: string;
    };
    CountedPercentiles: {
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p50: number | null;
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p95: number | null;
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p99: number | null;
      count: number;
    };
    CreateClient: {
      name: string;
      limits?: components["schemas"]["ClientLimitsPatch"];
      settings?: components["schemas"]["ClientSettings"];
      /** @description Origins whose pages may use scoped keys; empty: any. */
      allowed_origins?: string[];
    };
    CreateInvite: {
      /** @enum {string} */
      kind: "user" | "link";
      /** @description With `user`: who is invited. */
      user_id?: string;
      /**
       * @description A role above member takes the permission `delete` of the room.
       * @default member
       * @enum {string}
       */
      role?: "owner" | "admin" | "member";
      message?: string;
      /** @description With `link`: how many may join by it; omitted: any. */
      max_uses?: number;
      /** @description Seconds until it expires; omitted: never. */
      expires_in?: number;
    };
    CreateMasterKey: {
      name: string;
      /** @description Narrows the key to these; a narrowed key does not manage the client. Omitted: everything. */
      permissions?: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[];
      /** @description Seconds until the key expires. */
      expires_in?: number;
    };
    CreateReport: {
      /** @description In the app's own words, such as one of a list that it shows. */
      reason: string;
      /** @description What the reporter has to say. */
      text?: string | null;
    };
    CreateRoom: {
      /** @enum {string} */
      room_type: "direct" | "group" | "channel" | "support";
      name?: string | null;
      description?: string | null;
      /**
       * @default private
       * @enum {string}
       */
      privacy?: "public" | "private" | "invite_only";
      /** @description User ids, or objects with a role. Who creates is a member whether listed or not. */
      members?: (string | components["schemas"]["MemberInput"])[];
      /** @description A direct room has two. */
      max_members?: number;
      /**
       * @description `since_join`: members see nothing from before they joined.
       * @default full
       * @enum {string}
       */
      history?: "full" | "since_join";
      metadata?: {
        [key: string]: unknown;
      };
    };
    CreateRule: {
      /**
       * Format: uuid
       * @description Whose events it is for.
       */
      source_id: string;
      /** @description Rules of a source go by it, lowest first. Left out: after all others. */
      position?: number;
      name?: string | null;
      /** @default true */
      enabled?: boolean;
      /** @description JSONata over the payload, with `$headers`, `$event` and `$results` bound: the rule acts when it gives what is true. Without one, on every event. */
      condition?: string | null;
      /** @description In order. */
      actions: components["schemas"]["RuleAction"][];
    };
    CreateScopedKey: {
      user_id: string;
      name?: string;
      /** @description What the key may do, always within membership and role. Omitted: read_messages, send_messages, join_rooms. */
      permissions?: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[];
      /** @description Seconds until the key expires. */
      expires_in?: number;
    };
    CreateSource: {
      name: string;
      /** @description Instead of the name, for the address; made unique by a suffix. */
      slug?: string;
      verification: components["schemas"]["SecretVerification"] | components["schemas"]["MailgunVerification"] | components["schemas"]["HmacVerification"] | components["schemas"]["BasicVerification"] | components["schemas"]["NoVerification"];
      /** @description Must be true for the template `none`: whoever knows the address may then send. Its slug gets random bits. */
      allow_unsigned?: boolean;
      /**
       * @description How far the time of a signature may be from now; for events without an id, within which equal ones are one.
       * @default 300
       */
      tolerance_s?: number;
      /**
       * @description A disabled one answers as if it were not there.
       * @default true
       */
      enabled?: boolean;
    };
    CreatedClient: {
      /** Format: uuid */
      id: string;
      name: string;
      /** @description From the name, unique; part of inbound webhook URLs. */
      slug: string;
      /** @description False while the client is suspended. */
      is_active: boolean;
      limits: components["schemas"]["ClientLimits"];
      settings: components["schemas"]["ClientSettings"];
      /** @description Origins whose pages may use scoped keys; empty: any. */
      allowed_origins: string[];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description Shown this once. */
      master_api_key: string;
    };
    CreatedMasterKey: {
      /** Format: uuid */
      id: string;
      name: string | null;
      /** @description How the key begins, to tell keys apart. */
      prefix: string;
      /** @description null: everything. */
      permissions: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[] | null;
      /** Format: date-time */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description To the minute.
       */
      last_used_at: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it was made, or rotated.
       */
      updated_at: string;
      /** @description Shown this once. */
      api_key: string;
    };
    CreatedScopedKey: {
      /** Format: uuid */
      id: string;
      name: string | null;
      /** @description How the key begins, to tell keys apart. */
      prefix: string;
      /** @description null: everything. */
      permissions: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[] | null;
      /** Format: date-time */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description To the minute.
       */
      last_used_at: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it was made, or rotated.
       */
      updated_at: string;
      user_id: string;
      device_id: string | null;
      /**
       * @description Login keys are replaced by the next login.
       * @enum {string}
       */
      issued_by: "login" | "api";
      /** @description Shown this once. */
      api_key: string;
    };
    DatabaseHealth: {
      /**
       * @description Does PostgreSQL answer?
       * @enum {string}
       */
      database: "up" | "down";
    };
    DeliveriesAnswer: {
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Not included.
       */
      to: string;
      /** @enum {string} */
      interval: "15m" | "1h" | "1d";
      timezone: string;
      /** @description Ascending; what has nothing is left out. */
      data: components["schemas"]["DeliveryBucket"][];
      totals: components["schemas"]["DeliveryFigures"];
    };
    Delivery: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      notification_id: string | null;
      recipient: components["schemas"]["DeliveryRecipient"];
      /** @enum {string} */
      status: "pending" | "held" | "sending" | "retrying" | "sent" | "delivered" | "failed" | "suppressed" | "cancelled" | "expired" | "unknown";
      /** @description Why it is in this state. */
      reason: string | null;
      provider: string | null;
      routing: components["schemas"]["DeliveryRouting"] | null;
      attempt_count: number;
      /** Format: date-time */
      next_attempt_at: string | null;
      /** Format: date-time */
      sent_at: string | null;
      /** Format: date-time */
      delivered_at: string | null;
      /** Format: date-time */
      opened_at: string | null;
      /** Format: date-time */
      clicked_at: string | null;
      /**
       * Format: date-time
       * @description When its recipient said that it was spam.
       */
      complained_at: string | null;
      /**
       * Format: date-time
       * @description When its recipient unsubscribed by it.
       */
      unsubscribed_at: string | null;
      provider_message_id: string | null;
      /** Format: uuid */
      resend_of: string | null;
      /** @description Of its last attempt; null where that succeeded, and before there is one. */
      error_code: string | null;
      /**
       * Format: date-time
       * @description When it was sent again last.
       */
      resent_at: string | null;
      /**
       * Format: uuid
       * @description The delivery that was sent for it last.
       */
      resent_by: string | null;
      /**
       * Format: date-time
       * @description When it was put aside: no recovery sends it again.
       */
      discarded_at: string | null;
      /** @description Of the trace that it is a part of (W3C Trace Context); null where the server makes no traces, and to a key of a user. */
      trace_id: string | null;
      attempts?: components["schemas"]["Attempt"][];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @enum {string} */
      channel: "email" | "webhook" | "websocket";
    };
    DeliveryBucket: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
      /** @description The sum of the states. */
      accepted: number;
      opened: number;
      clicked: number;
      complained: number;
      unsubscribed: number;
      /** @description Tries of providers. */
      attempts: number;
      /** @description Attempts but each delivery's first. */
      retries: number;
      failed_attempts: number;
      /** @description Failed attempts by the class of the fault. */
      failures: components["schemas"]["Failures"];
      /** @description From the acceptance until sent. */
      latency_ms: components["schemas"]["Percentiles"];
      /**
       * Format: date-time
       * @description Where it begins.
       */
      bucket: string;
      /** @description Which of `group_by`; null where there is none, such as the provider of what none has tried. */
      group: string | null;
    };
    DeliveryFigures: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
      /** @description The sum of the states. */
      accepted: number;
      opened: number;
      clicked: number;
      complained: number;
      unsubscribed: number;
      /** @description Tries of providers. */
      attempts: number;
      /** @description Attempts but each delivery's first. */
      retries: number;
      failed_attempts: number;
      /** @description Failed attempts by the class of the fault. */
      failures: components["schemas"]["Failures"];
      /** @description From the acceptance until sent. */
      latency_ms: components["schemas"]["Percentiles"];
    };
    DeliveryRecipient: {
      user_id?: string;
      /** @description An email address or a URL. */
      address?: string;
    };
    DeliveryRouting: {
      /** @description The provider that was chosen. */
      decision: string;
      /** @description Why: `explicit` (the notification names it), `primary`, `order`, `bulk` (by the number of recipients), `failover`, `default` (one of the operator), `only`, `development` (embedded mode keeps mail that has no provider), `none_available` (it is held), `no_provider`, `too_many_recipients`. */
      reason: string;
      /** @description Providers that came before it and were out; left out when there were none. */
      skipped?: components["schemas"]["SkippedProvider"][];
    };
    DevelopmentLogin: {
      /** @description Who you are: the same name is the same user. */
      name: string;
      /** @description Another login with it replaces the key that this one gets; without it every login has a key of its own. */
      device_id?: string;
    };
    DevelopmentLoginAnswer: {
      /** @description Where this server is reached. */
      url: string;
      /** @description A scoped key of the demo client's user. */
      api_key: string;
      /**
       * Format: date-time
       * @description When the key stops working: log in again before.
       */
      expires_at: string;
      user: components["schemas"]["DevelopmentUser"];
      /**
       * Format: uuid
       * @description The room that everybody joins who logs in here.
       */
      room_id: string;
    };
    DevelopmentUser: {
      user_id: string;
      display_name: string;
    };
    DirectoryRoom: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      room_type: "direct" | "group" | "channel" | "support";
      name: string | null;
      slug: string | null;
      description: string | null;
      member_count: number;
      max_members: number;
      /** @description Is the acting user a member? */
      joined: boolean;
      /** Format: date-time */
      created_at: string;
    };
    DkimConfig: {
      domain: string;
      selector: string;
      /** @description RSA, in PEM. Left out, the stored one is kept. */
      private_key?: string;
    };
    EditMessage: {
      content?: string | null;
      /** @enum {string} */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      attachments?: components["schemas"]["Attachment"][];
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions?: components["schemas"]["Mention"][];
      /** @description Merged, member by member. */
      metadata?: {
        [key: string]: unknown;
      } | null;
      /** @description Only if the message still stands at this rev; else 409. */
      if_rev?: number;
    };
    EmailAttachmentInput: {
      filename: string;
      /** @description Base64. */
      content: string;
      content_type?: string;
      /** @description For images that the HTML shows as cid:… */
      content_id?: string;
    };
    EmailFallback: {
      /**
       * Format: email
       * @description Of the one recipient, instead of the profile's.
       */
      to_email?: string;
      subject: string;
      /** @description The same as text. */
      content?: string;
      text?: string;
      html?: string;
      /** @default 60 */
      within_s?: number;
    };
    EmailInput: {
      subject: string;
      /** @description html, text or both. */
      html?: string;
      text?: string;
      /** @description Left out, the provider's from_email and from_name. */
      from?: string;
      reply_to?: string;
      cc?: string[];
      bcc?: string[];
      attachments?: components["schemas"]["EmailAttachmentInput"][];
      /** @description Further headers; not those that ChatAPI writes itself. */
      headers?: {
        [key: string]: unknown;
      };
      /** @description What the provider reports it under, where it has tags (Mailgun). */
      tags?: string[];
      /** @description What the provider watches, where it can (Mailgun). Left out, the provider's own settings hold. */
      tracking?: components["schemas"]["EmailTrackingInput"];
      /**
       * @description Each mail has a link of its own by which its recipient unsubscribes with one click (RFC 8058).
       * @default false
       */
      list_unsubscribe?: boolean;
      /** @description Name of the provider that must send it. */
      provider?: string;
    };
    EmailTrackingInput: {
      /** @description Is it told when the mail is opened? */
      opens?: boolean;
      /** @description Are links rewritten, so that clicks are told? */
      clicks?: boolean;
    };
    Endpoint: {
      /** Format: uuid */
      id: string;
      /**
       * Format: uri
       * @description Gets signed POSTs (Standard Webhooks 1.0).
       */
      url: string;
      description: string | null;
      /** @description Types of events, `*` at the end for all that begin so, `*` alone for all. */
      event_types: string[];
      /** @description Only events of these rooms; null: of all, and of none. */
      room_ids: string[] | null;
      /** @description JSONata over the envelope of the event: it is sent where this holds. Where it cannot be worked out, the event is sent all the same, and the endpoint says why in `condition_fault`. */
      condition: string | null;
      /** @description Why the condition could not be worked out, last. */
      condition_fault: components["schemas"]["ConditionFault"] | null;
      /** @description Further headers. Values of those that look like secrets come back as `***`. */
      headers: {
        [key: string]: unknown;
      };
      /** @description Shown once, when it is made: `whsec_…` with `v1`; with `v1a` the public key, `whpk_…`, as all that a receiver needs. */
      secret?: string;
      /** @description With `v1a`: what signatures are verified with, `whpk_…`. */
      public_key: string | null;
      /**
       * Format: date-time
       * @description Until then the secret before signs too.
       */
      previous_secret_expires_at: string | null;
      /** @enum {string} */
      signature: "v1" | "v1a";
      /**
       * @description `room`: the next event of a room is sent when the one before has been delivered, or has failed for good.
       * @enum {string|null}
       */
      ordered_by: "room" | null;
      /** @description Requests per second at most, of all attempts and over all processes; null: as many as there are. */
      rate_limit_per_second: number | null;
      /** @description Requests at once per process at most; null: 128. */
      concurrency: number | null;
      /** @description How long the receiver may take to answer. */
      timeout_ms: number;
      /** @enum {string} */
      status: "enabled" | "disabled";
      /** @description `manual`, `gone` (it answered 410), `failing` (nothing succeeded for five days). */
      disabled_reason: string | null;
      /**
       * Format: date-time
       * @description Nothing has succeeded since then.
       */
      failing_since: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    EndpointDelivery: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      notification_id: string | null;
      recipient: components["schemas"]["DeliveryRecipient"];
      /** @enum {string} */
      status: "pending" | "held" | "sending" | "retrying" | "sent" | "delivered" | "failed" | "suppressed" | "cancelled" | "expired" | "unknown";
      /** @description Why it is in this state. */
      reason: string | null;
      provider: string | null;
      routing: components["schemas"]["DeliveryRouting"] | null;
      attempt_count: number;
      /** Format: date-time */
      next_attempt_at: string | null;
      /** Format: date-time */
      sent_at: string | null;
      /** Format: date-time */
      delivered_at: string | null;
      /** Format: date-time */
      opened_at: string | null;
      /** Format: date-time */
      clicked_at: string | null;
      /**
       * Format: date-time
       * @description When its recipient said that it was spam.
       */
      complained_at: string | null;
      /**
       * Format: date-time
       * @description When its recipient unsubscribed by it.
       */
      unsubscribed_at: string | null;
      provider_message_id: string | null;
      /** Format: uuid */
      resend_of: string | null;
      /** @description Of its last attempt; null where that succeeded, and before there is one. */
      error_code: string | null;
      /**
       * Format: date-time
       * @description When it was sent again last.
       */
      resent_at: string | null;
      /**
       * Format: uuid
       * @description The delivery that was sent for it last.
       */
      resent_by: string | null;
      /**
       * Format: date-time
       * @description When it was put aside: no recovery sends it again.
       */
      discarded_at: string | null;
      /** @description Of the trace that it is a part of (W3C Trace Context); null where the server makes no traces, and to a key of a user. */
      trace_id: string | null;
      attempts?: components["schemas"]["Attempt"][];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @enum {string} */
      channel: "email" | "webhook" | "websocket";
      /** Format: uuid */
      endpoint_id: string;
      /**
       * Format: uuid
       * @description `webhook-id`, and `id` of the envelope.
       */
      event_id: string;
      event_type: string;
      /** @description The condition could not be worked out: it is sent all the same. */
      condition_failed: boolean;
    };
    EndpointInput: {
      /**
       * Format: uri
       * @description Gets signed POSTs (Standard Webhooks 1.0).
       */
      url: string;
      description?: string | null;
      /** @description Types of events, `*` at the end for all that begin so, `*` alone for all. */
      event_types?: string[] | null;
      /** @description Only events of these rooms; null: of all, and of none. */
      room_ids?: string[] | null;
      /** @description JSONata over the envelope of the event: it is sent where this holds. Where it cannot be worked out, the event is sent all the same, and the endpoint says why in `condition_fault`. */
      condition?: string | null;
      /** @description Further headers. Values of those that look like secrets come back as `***`. */
      headers?: {
        [key: string]: unknown;
      } | null;
      /**
       * @description `v1`: HMAC-SHA256. `v1a`: ed25519.
       * @default v1
       * @enum {string}
       */
      signature?: "v1" | "v1a";
      /**
       * @description `room`: the next event of a room is sent when the one before has been delivered, or has failed for good.
       * @enum {string|null}
       */
      ordered_by?: "room" | null;
      /** @description Requests per second at most, of all attempts and over all processes; null: as many as there are. */
      rate_limit_per_second?: number | null;
      /** @description Requests at once per process at most; null: 128. */
      concurrency?: number | null;
      /**
       * @description How long the receiver may take to answer.
       * @default 15000
       */
      timeout_ms?: number;
    };
    EndpointPatch: {
      /**
       * Format: uri
       * @description Gets signed POSTs (Standard Webhooks 1.0).
       */
      url?: string;
      description?: string | null;
      /** @description Types of events, `*` at the end for all that begin so, `*` alone for all. */
      event_types?: string[] | null;
      /** @description Only events of these rooms; null: of all, and of none. */
      room_ids?: string[] | null;
      /** @description JSONata over the envelope of the event: it is sent where this holds. Where it cannot be worked out, the event is sent all the same, and the endpoint says why in `condition_fault`. */
      condition?: string | null;
      /** @description Merged; null removes one. `***` keeps a value. */
      headers?: {
        [key: string]: unknown;
      } | null;
      /**
       * @description Another kind makes a new secret, which comes with the answer.
       * @enum {string}
       */
      signature?: "v1" | "v1a";
      /**
       * @description `room`: the next event of a room is sent when the one before has been delivered, or has failed for good.
       * @enum {string|null}
       */
      ordered_by?: "room" | null;
      /** @description Requests per second at most, of all attempts and over all processes; null: as many as there are. */
      rate_limit_per_second?: number | null;
      /** @description Requests at once per process at most; null: 128. */
      concurrency?: number | null;
      /** @description How long the receiver may take to answer. */
      timeout_ms?: number;
    };
    EndpointRecover: {
      /**
       * Format: date-time
       * @description At most 14 days ago.
       */
      since: string;
      /**
       * Format: date-time
       * @description Left out: now.
       */
      until?: string;
      /**
       * @description Only counts: nothing is sent.
       * @default false
       */
      dry_run?: boolean;
      /**
       * @description Events at most; the rate of the endpoint holds too.
       * @default 100
       */
      rate_per_second?: number;
    };
    EndpointStats: {
      /** Format: uuid */
      endpoint_id: string;
      /** @description Of so many seconds until now. */
      period_s: number;
      /** @description Events of this time, 10,000 at most. */
      total: number;
      /** @description How many are in which state. */
      by_status: {
        [key: string]: unknown;
      };
      /** @description Events that wait for their turn: for an order, a rate or a condition. */
      waiting: number;
      /** Format: date-time */
      failing_since: string | null;
    };
    EndpointTest: {
      /** @description A type of the catalogue, whose example is sent; left out: `endpoint.test`. */
      event_type?: string;
    };
    Envelope: {
      /** Format: uuid */
      id: string;
      type: string;
      /** @description The version of the shape of `data`. */
      v: number;
      /** Format: uuid */
      client_id: string;
      /** @description `room:<id>`, `user:<user_id>` or `client`. */
      stream: string;
      /** Format: uuid */
      room_id: string | null;
      /** @description Another one than before: history was rewound. */
      epoch?: string;
      /** @description Its gapless place in the stream. Ephemeral events have none. */
      rev?: number;
      /** @description Of a message's events: its place in the room. */
      seq?: number;
      /** Format: date-time */
      occurred_at: string;
      actor: components["schemas"]["Actor"];
      /** @description What the event is about, by its type. */
      data: {
        [key: string]: unknown;
      };
    };
    EventType: {
      type: string;
      description: string;
      /** @description JSON Schema of `data`. */
      schema: {
        [key: string]: unknown;
      };
      /** @description An envelope. */
      example: {
        [key: string]: unknown;
      };
    };
    Failures: {
      permanent: number;
      retryable: number;
      unknown: number;
    };
    FallbackStep: {
      /** @description The next channel has its turn after so many seconds. 0: at once where nobody is online. Left out: 60 where a device acknowledges, else 1,800. */
      within_s?: number;
      /**
       * @description What this channel must come to in that time; left out: `delivered` where a device acknowledges, else `sent`.
       * @enum {string}
       */
      until?: "sent" | "delivered";
      /** @enum {string} */
      channel: "email" | "webhook" | "websocket";
    };
    FieldError: {
      /** @description A path such as `members[2].role`. */
      field: string;
      message: string;
    };
    FoundRoom: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      room_type: "direct" | "group" | "channel" | "support";
      name: string | null;
      /** @description From the name, unique in the client; it stays when the name changes. */
      slug: string | null;
      description: string | null;
      /** @enum {string} */
      privacy: "public" | "private" | "invite_only";
      /** @enum {string} */
      status: "active" | "inactive" | "archived" | "deleted";
      /** @description Only owners and admins may write. */
      frozen: boolean;
      /** @enum {string} */
      history: "full" | "since_join";
      /** @description null: created by the client itself. */
      created_by: string | null;
      max_members: number;
      member_count: number;
      /** @description Opaque; another one means that history was rewound. */
      epoch: string;
      /** @description Messages before this place are gone: the room was truncated. */
      first_seq: number;
      last_seq: number;
      last_rev: number;
      /** Format: date-time */
      last_message_at: string | null;
      /** Format: date-time */
      deactivated_at: string | null;
      /** @enum {string|null} */
      deactivated_reason: "manual" | "auto_inactive" | null;
      /** @description Why, as who last changed its state by hand said. */
      status_reason: string | null;
      /** @description Seconds that plain members wait between two messages. */
      slow_mode_s: number;
      metadata: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description Where the request acts for a user. */
      me?: components["schemas"]["RoomMe"];
      /** @description A few of them; member_count tells how many there are. */
      members: components["schemas"]["Member"][];
      /** @description The newest message that the user may see, as every list shows it; null: none. */
      last_message: (components["schemas"]["Message"] | components["schemas"]["HiddenMessage"]) | null;
    };
    Health: {
      /**
       * @description `degraded`: requests are served, but jobs wait for Redis, or readers of the event log are behind. `draining`: this process is stopping. Only `ok` and `degraded` come with 200.
       * @enum {string}
       */
      status: "ok" | "degraded" | "draining" | "unavailable";
      version: string;
      checks: components["schemas"]["HealthChecks"];
    };
    HealthChecks: {
      /**
       * @description Does PostgreSQL answer?
       * @enum {string}
       */
      database: "up" | "down";
      /**
       * @description Is the schema the one that this version needs?
       * @enum {string}
       */
      schema: "up" | "down";
      /**
       * @description Can jobs be queued?
       * @enum {string}
       */
      queue: "up" | "down";
      /**
       * @description What follows from events (search): does it come within a minute?
       * @enum {string}
       */
      log_readers: "up" | "behind";
      /**
       * @description Where REDIS_URL is set: does Redis answer?
       * @enum {string}
       */
      redis?: "up" | "down";
    };
    HiddenMessage: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      seq: number;
      rev: number;
      /** @description Always true. */
      hidden: boolean;
    };
    Highlight: {
      start: number;
      end: number;
    };
    HmacVerification: {
      /** @enum {string} */
      template: "hmac";
      secret: string;
      /** @description Where the signature is; `sha256=` and the like before it is taken off. */
      header: string;
      /**
       * @default hex
       * @enum {string}
       */
      encoding?: "hex" | "base64" | "base64url";
      /**
       * @default sha256
       * @enum {string}
       */
      algorithm?: "sha1" | "sha256" | "sha384" | "sha512";
      /** @description The header that holds the id of an event. Without one, equal bodies within `tolerance_s` are one event. */
      id_header?: string | null;
    };
    Hook: {
      /** Format: uri */
      url: string;
      timeout_ms: number;
      /** @enum {string} */
      on_failure: "allow" | "reject";
      /** @description Absent: all. */
      room_types?: ("direct" | "group" | "channel" | "support")[];
    };
    HookInput: {
      /**
       * Format: uri
       * @description Gets a signed POST for each message.
       */
      url: string;
      /**
       * @description For so long the sender waits for the answer.
       * @default 2000
       */
      timeout_ms?: number;
      /**
       * @description What becomes of a message when there is no proper answer; `reject`: 503 `hook_unavailable`.
       * @default allow
       * @enum {string}
       */
      on_failure?: "allow" | "reject";
      /** @description Only rooms of these types; left out: all. */
      room_types?: ("direct" | "group" | "channel" | "support")[];
    };
    InboundEvent: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      source_id: string;
      /** @description The sender's own id; an event of an id acts once. */
      external_id: string | null;
      type: string | null;
      /** @description false: it was refused, and does nothing. */
      verified: boolean;
      /** @description Why it was refused; `loop`: it went in a circle of rules, and nothing is done. */
      reason: string | null;
      /**
       * @description `stored`: not yet worked on. `processed`: all that it was to cause is done. `failed`: refused, in a circle, or one of `results` is an error. `duplicate`: its id came before.
       * @enum {string}
       */
      status: "stored" | "processed" | "failed" | "duplicate";
      /**
       * Format: uuid
       * @description The event of the same id that came first.
       */
      duplicate_of: string | null;
      /** @description By lower-case names, without credentials and signatures. */
      headers: {
        [key: string]: unknown;
      };
      /** @description JSON as it came, numbers beyond 2^53 as strings, where they would be others; a form as an object; other text as a string; other bytes as `{"base64": …}`. In lists null where it is larger than 64 KiB. Of duplicates it is not kept, of refused requests the beginning. */
      payload: ({
        [key: string]: unknown;
      } | unknown[] | string | number | boolean) | null;
      /** @description The JSON word for word, where it holds numbers that are strings in `payload` (beyond 2^53); else null. */
      payload_text: string | null;
      /** @description Of the body as it was sent. */
      payload_bytes: number;
      results: components["schemas"]["InboundResult"][];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    InboundResult: {
      /**
       * Format: uuid
       * @description null: what the source itself does, as with events of Mailgun.
       */
      rule_id: string | null;
      /** @description null: the condition. */
      action: string | null;
      /** @description Of the action, in its rule. */
      index?: number;
      /**
       * Format: uuid
       * @description What it made: the room, the message or the notification.
       */
      resource_id?: string;
      error?: components["schemas"]["ItemProblem"];
    };
    Invite: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      /** @description As long as it is pending. */
      room: components["schemas"]["InviteRoom"] | null;
      /** @enum {string} */
      kind: "user" | "link";
      /** @description Who is invited; null: a link. */
      user_id: string | null;
      /** @description A link's, in answers to who may invite to its role: for one above member, to who may name owners. null in events. */
      code: string | null;
      /** @enum {string} */
      role: "owner" | "admin" | "member";
      message: string | null;
      /** @description null: the client itself. */
      invited_by: string | null;
      /**
       * @description A link that is used up is accepted.
       * @enum {string}
       */
      status: "pending" | "accepted" | "declined" | "revoked" | "expired";
      /** @description null: any number. */
      max_uses: number | null;
      uses: number;
      /**
       * Format: date-time
       * @description null: never.
       */
      expires_at: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    InviteRoom: {
      /** @enum {string} */
      room_type: "direct" | "group" | "channel" | "support";
      name: string | null;
      description: string | null;
      member_count: number;
    };
    ItemFieldError: {
      /** @description A path such as `metadata`. */
      field: string;
      message: string;
    };
    ItemProblem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @description Stable; branch on it. */
      code: string;
      /** @description May the same item succeed later without a change? */
      retryable: boolean;
      /** @description Seconds to wait, where it was one too many. */
      retry_after_s?: number;
      /** @description The quotas that are used up. */
      violated_policies?: string[];
      errors: components["schemas"]["ItemFieldError"][];
    };
    JoinRequest: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      user_id: string;
      display_name: string | null;
      message: string | null;
      /** @enum {string} */
      status: "pending" | "approved" | "rejected";
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    KeptMail: {
      /**
       * Format: uuid
       * @description The id of the delivery.
       */
      id: string;
      from: string;
      to: string;
      subject: string;
      text: string | null;
      html: string | null;
      /** @description The whole mail, in `mailbox/` of the data directory. */
      file: string;
      /** Format: date-time */
      created_at: string;
    };
    LatencyAnswer: {
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Not included.
       */
      to: string;
      /** @enum {string} */
      interval: "15m" | "1h" | "1d";
      timezone: string;
      /** @description Ascending; what has nothing is left out. */
      data: components["schemas"]["LatencyBucket"][];
      totals: components["schemas"]["LatencyFigures"];
    };
    LatencyBucket: {
      /** @description Deliveries that were sent. */
      count: number;
      /** @description Until sent. */
      latency_ms: components["schemas"]["Percentiles"];
      /** @description Until the first attempt began. */
      first_attempt_ms: components["schemas"]["CountedPercentiles"];
      /** @description Until sent. */
      sent_ms: components["schemas"]["CountedPercentiles"];
      /** @description Until delivered, where that is known. */
      delivered_ms: components["schemas"]["CountedPercentiles"];
      /**
       * Format: date-time
       * @description Where it begins.
       */
      bucket: string;
      /** @description Which of `group_by`; null where there is none, such as the provider of what none has tried. */
      group: string | null;
    };
    LatencyFigures: {
      /** @description Deliveries that were sent. */
      count: number;
      /** @description Until sent. */
      latency_ms: components["schemas"]["Percentiles"];
      /** @description Until the first attempt began. */
      first_attempt_ms: components["schemas"]["CountedPercentiles"];
      /** @description Until sent. */
      sent_ms: components["schemas"]["CountedPercentiles"];
      /** @description Until delivered, where that is known. */
      delivered_ms: components["schemas"]["CountedPercentiles"];
    };
    Ledger: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Not included.
       */
      to: string;
      /** @description Counted when deliveries were accepted. */
      accepted: number;
      /** @description Is what was accepted the sum of the states? */
      balanced: boolean;
      /** @description What was accepted, less the sum of the states. */
      difference: number;
      channels: components["schemas"]["LedgerChannel"][];
      /** @description With `interval` only. */
      data?: components["schemas"]["LedgerBucket"][];
    };
    LedgerBucket: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
      /**
       * Format: date-time
       * @description Where it begins.
       */
      bucket: string;
      /** @description Which of `group_by`; null where there is none, such as the provider of what none has tried. */
      group: string | null;
      /** @description Counted when deliveries were accepted. */
      accepted: number;
      /** @description Is what was accepted the sum of the states? */
      balanced: boolean;
      /** @description What was accepted, less the sum of the states. */
      difference: number;
    };
    LedgerChannel: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
      channel: string;
      /** @description Counted when deliveries were accepted. */
      accepted: number;
      /** @description Is what was accepted the sum of the states? */
      balanced: boolean;
      /** @description What was accepted, less the sum of the states. */
      difference: number;
    };
    Lifecycle: {
      /** @description As it holds for the room; null: never. */
      inactive_after_days: number | null;
      /** @description Hours between `room.deactivating` and the deactivation, at most half of the days; 0: it is not announced. */
      warn_before_hours: number;
      /** @description Those that the client's settings say. */
      inherited: ("inactive_after_days" | "warn_before_hours")[];
      /** @description The deactivation was announced, and nobody wrote since. */
      announced: boolean;
      /**
       * Format: date-time
       * @description When it will be deactivated at the earliest, if nobody writes.
       */
      deactivates_at: string | null;
    };
    LifecycleSetting: {
      /** @description Days, or `{inactive_after_days, warn_before_hours}`; null: never; left out: 30. */
      group?: (number | {
        inactive_after_days?: number | null;
        warn_before_hours?: number;
      }) | null;
      /** @description The same for support rooms; left out: 7. */
      support?: (number | {
        inactive_after_days?: number | null;
        warn_before_hours?: number;
      }) | null;
      /** @description The same for direct rooms; left out: 90. */
      direct?: (number | {
        inactive_after_days?: number | null;
        warn_before_hours?: number;
      }) | null;
      /** @description The same for channels; left out: 180. */
      channel?: (number | {
        inactive_after_days?: number | null;
        warn_before_hours?: number;
      }) | null;
      /**
       * @description How long before it a deactivation is announced, where nothing else is said; 0: not at all.
       * @default 24
       */
      warn_before_hours?: number;
    };
    Login: {
      user_id: string;
      display_name?: string;
      /** @description What the key may do, always within membership and role. Omitted: read_messages, send_messages, join_rooms. */
      permissions?: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[];
      /** @description Replaces this device's login only; without it, all of the user's. */
      device_id?: string;
      /** @description Seconds until the key expires. */
      expires_in?: number;
      /**
       * @description Seconds for which the earlier key still works, so that a socket can change over.
       * @default 0
       */
      overlap_s?: number;
    };
    LoginAnswer: {
      user_id: string;
      display_name: string | null;
      /** @description Shown this once. */
      api_key: string;
      /** Format: uuid */
      key_id: string;
      permissions: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[];
      device_id: string | null;
      /** Format: date-time */
      expires_at: string | null;
    };
    Logout: {
      /** @description Required with a master key; a scoped key logs itself out. */
      user_id?: string;
      /** @description With a master key: this device's login only. */
      device_id?: string;
    };
    LogoutAnswer: {
      user_id: string;
      /** @description How many keys stopped working. */
      revoked: number;
    };
    MailgunConfig: {
      /** @description A sending key will do. Never returned. Left out, the stored one of this name is kept. */
      api_key?: string;
      domain: string;
      /**
       * @description Where the domain was set up at Mailgun.
       * @default us
       * @enum {string}
       */
      region?: "us" | "eu";
      /** @description Instead of the region's host, such as a proxy; without `/v3`, a trailing one is dropped. */
      base_url?: string;
      /** @description Mailgun signs its webhooks with it. Never returned. Left out, the stored one of this name is kept. */
      webhook_signing_key?: string;
      /**
       * @description Mailgun takes the mail and delivers it to nobody.
       * @default false
       */
      test_mode?: boolean;
    };
    MailgunVerification: {
      /** @enum {string} */
      template: "mailgun";
      /** @description Mailgun's HTTP webhook signing key. */
      signing_key: string;
    };
    Mark: {
      /** @description Beyond the room's last it is that one. This or `message_id`. */
      seq?: number;
      /**
       * Format: uuid
       * @description Instead of `seq`.
       */
      message_id?: string;
      /** @description Moves what only its owner sees. */
      private?: boolean;
    };
    MasterKey: {
      /** Format: uuid */
      id: string;
      name: string | null;
      /** @description How the key begins, to tell keys apart. */
      prefix: string;
      /** @description null: everything. */
      permissions: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[] | null;
      /** Format: date-time */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description To the minute.
       */
      last_used_at: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it was made, or rotated.
       */
      updated_at: string;
    };
    Me: {
      /** @enum {string} */
      type: "client" | "scoped_key";
      client: components["schemas"]["Client"];
      scoped_key?: components["schemas"]["ScopedKey"];
    };
    Member: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      user_id: string;
      display_name: string | null;
      /** @enum {string} */
      role: "owner" | "admin" | "member";
      /** @enum {string} */
      status: "active" | "left" | "banned";
      last_read_seq: number;
      last_delivered_seq: number;
      /** Format: date-time */
      joined_at: string;
      /** Format: date-time */
      banned_until: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    MemberInput: {
      user_id: string;
      /**
       * @default member
       * @enum {string}
       */
      role?: "owner" | "admin" | "member";
    };
    MemberReceipt: {
      user_id: string;
      last_read_seq: number;
      last_delivered_seq: number;
      /** Format: uuid */
      room_id: string;
      display_name: string | null;
    };
    Mention: {
      /** @enum {string} */
      type: "user" | "room";
      /** @description Of a user who is in the room, or was. */
      user_id?: string;
    };
    Message: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      /** @description Its fixed, gapless place in the room. */
      seq: number;
      /** @description The room's position at which it was last changed. */
      rev: number;
      /** @description null: sent by the client itself. */
      sender_id: string | null;
      /** @enum {string} */
      sender_type: "user" | "client" | "system" | "bot";
      sender_display_name: string | null;
      /** @enum {string} */
      content_type: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      content: string | null;
      attachments: components["schemas"]["Attachment"][];
      /** Format: uuid */
      reply_to_id: string | null;
      /** Format: uuid */
      thread_id: string | null;
      reply_count: number;
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions: components["schemas"]["Mention"][];
      quoted: components["schemas"]["Quoted"] | null;
      /** @description Moves no badge. */
      silent: boolean;
      reactions: components["schemas"]["ReactionSummary"][];
      metadata: {
        [key: string]: unknown;
      };
      client_msg_id: string | null;
      /** Format: date-time */
      pinned_at: string | null;
      /** Format: date-time */
      edited_at: string | null;
      /** Format: date-time */
      deleted_at: string | null;
      deleted_by: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description This client_msg_id was sent before: here is the original. */
      deduplicated?: boolean;
      /** @description Where a user reads a message that has reactions. */
      me?: components["schemas"]["MessageMe"];
    };
    MessageBucket: {
      messages: number;
      /** @description Users who sent a message. */
      active_users: number;
      /** @description Rooms in which one was sent. */
      active_rooms: number;
      /** @description The most connections of users open at once: of each process, added up. */
      peak_connections: number;
      /**
       * Format: date-time
       * @description Where it begins.
       */
      bucket: string;
    };
    MessageFigures: {
      messages: number;
      /** @description Users who sent a message. */
      active_users: number;
      /** @description Rooms in which one was sent. */
      active_rooms: number;
      /** @description The most connections of users open at once: of each process, added up. */
      peak_connections: number;
    };
    MessageMe: {
      /** @description The keys of its own reactions. */
      reactions: string[];
    };
    MessagePage: {
      data: (components["schemas"]["Message"] | components["schemas"]["HiddenMessage"])[];
      page: components["schemas"]["MessagePageInfo"];
    };
    MessagePageInfo: {
      next_cursor: string | null;
      prev_cursor: string | null;
      /** @description The same as has_more_after. */
      has_more: boolean;
      has_more_before: boolean;
      has_more_after: boolean;
    };
    MessageVersion: {
      /** @description At which the message came to say so. */
      rev: number;
      content: string | null;
      /** Format: date-time */
      edited_at: string;
      /** @description null: the client itself. */
      edited_by: string | null;
    };
    MessagesAnswer: {
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Not included.
       */
      to: string;
      /** @enum {string} */
      interval: "15m" | "1h" | "1d";
      timezone: string;
      /** @description Ascending; what has nothing is left out. */
      data: components["schemas"]["MessageBucket"][];
      /** @description Of the whole time: who was active twice counts once. */
      totals: components["schemas"]["MessageFigures"];
    };
    Metrics: {
      users: number;
      /** @description Those that are not deleted. */
      rooms: number;
      /** @description Open now, of all users. */
      connections: number;
      /** @description Of the last 24 hours. */
      messages: components["schemas"]["MessageFigures"];
      /** @description Accepted in the last 24 hours. */
      deliveries: components["schemas"]["DeliveryFigures"];
      /** @description Deliveries that are still to be settled, of any time. */
      backlog: components["schemas"]["Backlog"];
      /** Format: date-time */
      period_start: string;
      /** Format: date-time */
      period_end: string;
    };
    MetricsBucket: {
      messages: number;
      /** @description Users who sent a message. */
      active_users: number;
      /** @description Rooms in which one was sent. */
      active_rooms: number;
      /** @description The most connections of users open at once: of each process, added up. */
      peak_connections: number;
      /**
       * Format: date-time
       * @description Where it begins.
       */
      bucket: string;
      /** @description Deliveries accepted. */
      accepted: number;
      /** @description Of these: sent, also those reported as delivered. */
      sent: number;
      /** @description Of these: failed or expired. */
      failed: number;
      /** @description Of these: suppressed or cancelled. */
      not_sent: number;
    };
    MetricsBuckets: {
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Not included.
       */
      to: string;
      /** @enum {string} */
      interval: "15m" | "1h" | "1d";
      timezone: string;
      /** @description Ascending; what has nothing is left out. */
      data: components["schemas"]["MetricsBucket"][];
    };
    NoVerification: {
      /** @enum {string} */
      template: "none";
      /** @description The header that holds the id of an event. Without one, equal bodies within `tolerance_s` are one event. */
      id_header?: string | null;
    };
    Notification: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      status: "scheduled" | "pending" | "processing" | "completed" | "partially_failed" | "failed" | "cancelled" | "expired";
      /** @enum {string} */
      priority: "urgent" | "high" | "normal" | "low";
      /** @enum {string} */
      strategy: "all" | "fallback";
      /** @description The order, where there is one. */
      fallback?: components["schemas"]["FallbackStep"][];
      category: string | null;
      /** Format: date-time */
      scheduled_for: string | null;
      /** Format: date-time */
      expires_at: string | null;
      counts: components["schemas"]["NotificationCounts"];
      metadata: {
        [key: string]: unknown;
      };
      tags: string[];
      /** @description true: it was accepted before, under the same dedup_key. */
      deduplicated?: boolean;
      /** @description The first 100, on GET of one notification; of a simulated one all, up to 1,000. */
      deliveries?: components["schemas"]["Delivery"][];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    NotificationBatch: {
      /** @description Each as `POST /notifications` takes it. */
      notifications: components["schemas"]["NotificationInput"][];
    };
    NotificationCounts: {
      total: number;
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
    };
    NotificationInput: {
      /** @description Not needed for a webhook alone. */
      recipients?: components["schemas"]["RecipientInput"][];
      channels: components["schemas"]["ChannelsInput"];
      /**
       * @description Over all channels at once, or for each recipient over one after the other, until one succeeds.
       * @default all
       * @enum {string}
       */
      strategy?: "all" | "fallback";
      /** @description The channels in their order, for the strategy `fallback`. */
      fallback?: components["schemas"]["FallbackStep"][];
      /** @description Short for a fallback from websocket to email. */
      email_fallback?: components["schemas"]["EmailFallback"];
      /**
       * @default normal
       * @enum {string}
       */
      priority?: "low" | "normal" | "high" | "urgent";
      /**
       * Format: date-time
       * @description Not before this time, which is at most a year away.
       */
      scheduled_for?: string;
      /**
       * Format: date-time
       * @description What is not sent by then, or not shown by a device, expires.
       */
      expires_at?: string;
      /** @description What users can opt out of. */
      category?: string;
      /** @description The same key again, within the window: nothing is sent, and the answer is the first notification. */
      dedup_key?: string;
      /**
       * @description How long dedup_key holds, in seconds.
       * @default 86400
       */
      dedup_window_s?: number;
      /** @description Shows what would become of it: nothing is stored, sent or counted. */
      simulate?: boolean;
      /** @description Instead of the channel's own number of retries. */
      max_retry_attempts?: number;
      metadata?: {
        [key: string]: unknown;
      };
      tags?: string[];
    };
    NotificationResult: {
      /** @description Its place in `notifications`. */
      index: number;
      /** @description What it would have been answered alone. */
      status: number;
      notification?: components["schemas"]["Notification"];
      error?: components["schemas"]["ItemProblem"];
    };
    NotificationResults: {
      results: components["schemas"]["NotificationResult"][];
    };
    OptOuts: {
      /** @description Of no notification with one of these categories anything is sent to the user. */
      categories?: string[];
      /** @description Nothing is sent to the user over these, whatever its category. */
      channels?: ("email" | "webhook" | "websocket")[];
    };
    OwnPresence: {
      user_id: string;
      /**
       * @description As it was set.
       * @enum {string}
       */
      state: "online" | "away" | "dnd" | "invisible";
      text: string | null;
      /** Format: date-time */
      last_seen_at: string | null;
      /** @description Who has no socket sends the next heartbeat within this. */
      next_heartbeat_ms: number;
    };
    PageInfo: {
      next_cursor: string | null;
      prev_cursor: string | null;
      has_more: boolean;
    };
    PatchNotification: {
      /** @description What these channels send instead, whole. Of a channel that has begun nothing can be changed. */
      channels?: components["schemas"]["ChannelsInput"];
      /**
       * Format: date-time
       * @description null: now.
       */
      scheduled_for?: string | null;
      /**
       * Format: date-time
       * @description null: never.
       */
      expires_at?: string | null;
      /** @enum {string} */
      priority?: "low" | "normal" | "high" | "urgent";
      /** @description Merged; null removes. */
      metadata?: {
        [key: string]: unknown;
      } | null;
      tags?: string[];
    };
    Percentiles: {
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p50: number | null;
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p95: number | null;
      /** @description Milliseconds, at most 5 % off; null where there are none. */
      p99: number | null;
    };
    Poll: {
      user?: components["schemas"]["Position"];
      rooms?: components["schemas"]["RoomPosition"][];
      /**
       * @description How many seconds to wait for something to tell.
       * @default 0
       */
      timeout_s?: number;
    };
    Polled: {
      user?: components["schemas"]["StreamRecovery"];
      rooms: components["schemas"]["RoomRecovery"][];
      /** @description Not all fitted: ask again for those missing. */
      more: boolean;
      /** @description When to ask again, in milliseconds. */
      next_poll_ms: number;
    };
    Position: {
      /** @description As the stream gave it; opaque. */
      epoch: string;
      /** @description The last rev applied. */
      rev: number;
      /**
       * Format: date-time
       * @description When the last applied event occurred. Only makes reading faster: a wrong time never loses an event.
       */
      at?: string;
    };
    Presence: {
      user_id: string;
      /** @enum {string} */
      state: "online" | "away" | "dnd" | "offline";
      text: string | null;
      /**
       * Format: date-time
       * @description Of who is there: now. null: never yet.
       */
      last_seen_at: string | null;
    };
    /** @description RFC 9457 problem document. */
    Problem: {
      /** Format: uri */
      type: string;
      /** @description The same for every problem of this code. */
      title: string;
      status: number;
      /** @description What is wrong this time and what to do about it. */
      detail: string;
      /** @description The path that was called. */
      instance: string;
      /**
       * @description Stable; branch on it.
       * @enum {string}
       */
      code: "malformed_json" | "bad_request" | "invalid_cursor" | "unauthenticated" | "invalid_key" | "invalid_signature" | "forbidden" | "client_suspended" | "origin_not_allowed" | "server_key_in_browser" | "user_mismatch" | "insufficient_role" | "user_banned" | "room_frozen" | "not_found" | "webhook_refused" | "conflict" | "idempotency_conflict" | "idempotency_in_flight" | "room_inactive" | "room_full" | "last_owner" | "direct_room" | "not_pending" | "name_taken" | "too_large" | "unsupported_media_type" | "validation_failed" | "user_unavailable" | "message_rejected" | "idempotency_mismatch" | "endpoint_disabled" | "provider_rejected" | "rate_limited" | "internal" | "hook_unavailable" | "overloaded" | "unavailable";
      request_id: string;
      /** @description May the same request succeed later without a change? */
      retryable: boolean;
      /** @description Of 429: the policies of `RateLimit-Policy` whose quota is used up. */
      violated_policies?: string[];
      /** @description Where it is known: when to try again, as in `Retry-After`. */
      retry_after_s?: number;
      errors: components["schemas"]["FieldError"][];
    };
    Provider: {
      /** Format: uuid */
      id: string;
      name: string;
      is_primary: boolean;
      /** @description Preferred for many recipients at once. */
      is_bulk: boolean;
      from_email: string | null;
      from_name: string | null;
      /** @description Recipients of one call; null: no cap. */
      max_recipients: number | null;
      /** @description null: no cap. */
      rate_limit_per_second: number | null;
      /** @description null: no cap. */
      hourly_cap: number | null;
      /** @description null: no cap. */
      daily_cap: number | null;
      /**
       * Format: date-time
       * @description When its settings were tried out.
       */
      verified_at: string | null;
      /** @description null: it is used. In lists only: what was just saved is tried anew. */
      outage: components["schemas"]["ProviderOutage"] | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @enum {string} */
      channel: "email";
      /** @enum {string} */
      provider_type: "smtp" | "mailgun";
      /** @description Without its secrets. */
      config: components["schemas"]["SmtpConfig"] | components["schemas"]["MailgunConfig"];
    };
    ProviderInput: {
      /** @description Unique within its channel. */
      name: string;
      /**
       * @description Tried first; at most one is primary.
       * @default false
       */
      is_primary?: boolean;
      /**
       * Format: email
       * @description Who mail is from unless a notification says otherwise.
       */
      from_email?: string | null;
      from_name?: string | null;
      /**
       * @description Preferred from the client's `settings.bulk_threshold` recipients of a notification on.
       * @default false
       */
      is_bulk?: boolean;
      /** @description Recipients of one call at most, cc and bcc counted. Notifications to more go to a provider that takes them, where there is one. null: no cap. */
      max_recipients?: number | null;
      /** @description Deliveries per second at most, over all processes. null: as many as it takes. */
      rate_limit_per_second?: number | null;
      /** @description Deliveries in each hour (UTC) at most; then others take over, or they are held. null: no cap. */
      hourly_cap?: number | null;
      /** @description Deliveries in each day (UTC) at most; then others take over, or they are held. null: no cap. */
      daily_cap?: number | null;
      /**
       * @default email
       * @enum {string}
       */
      channel?: "email";
      /** @enum {string} */
      provider_type: "smtp" | "mailgun";
      config: components["schemas"]["SmtpConfig"] | components["schemas"]["MailgunConfig"];
    };
    ProviderLimits: {
      /** @description Deliveries per call of the provider at most. */
      max_batch: number;
      /** @description Deliveries of one lane in hand at once, per process. */
      in_flight: number;
      /** @description Attempts in all, unless a notification says otherwise. */
      max_attempts: number;
    };
    ProviderOutage: {
      /** @description The code of its last fault. */
      reason: string;
      /** Format: date-time */
      since: string;
      /**
       * Format: date-time
       * @description When one delivery finds out whether it works again.
       */
      retry_at: string;
    };
    ProviderPatch: {
      name?: string;
      is_primary?: boolean;
      /** Format: email */
      from_email?: string | null;
      from_name?: string | null;
      /** @description Preferred from the client's `settings.bulk_threshold` recipients of a notification on. */
      is_bulk?: boolean;
      /** @description Recipients of one call at most, cc and bcc counted. Notifications to more go to a provider that takes them, where there is one. null: no cap. */
      max_recipients?: number | null;
      /** @description Deliveries per second at most, over all processes. null: as many as it takes. */
      rate_limit_per_second?: number | null;
      /** @description Deliveries in each hour (UTC) at most; then others take over, or they are held. null: no cap. */
      hourly_cap?: number | null;
      /** @description Deliveries in each day (UTC) at most; then others take over, or they are held. null: no cap. */
      daily_cap?: number | null;
      /** @description Merged into the stored config. */
      config?: {
        [key: string]: unknown;
      };
    };
    ProviderTestInput: {
      /** @description Gets a short test: an address of the provider's channel. */
      to: string;
    };
    ProviderTestResult: {
      /** @enum {string} */
      status: "sent";
      provider_message_id: string | null;
      duration_ms: number;
    };
    ProviderType: {
      channel: string;
      provider_type: string;
      /** @description JSON Schema of its `config`; null where there is nothing to set up. */
      config_schema: {
        [key: string]: unknown;
      } | null;
      limits: components["schemas"]["ProviderLimits"];
      unknown_outcome: components["schemas"]["UnknownOutcome"];
    };
    PutLifecycle: {
      /** @description Days without activity after which the room is deactivated; null: never. */
      inactive_after_days?: number | null;
      /** @description Hours between `room.deactivating` and the deactivation, at most half of the days; 0: it is not announced. */
      warn_before_hours?: number;
    };
    PutUser: {
      display_name?: string | null;
      /** Format: uri */
      avatar_url?: string | null;
      /** Format: email */
      email?: string | null;
      phone?: string | null;
      /** @description PUT replaces it; PATCH merges into it (RFC 7396). null empties it. */
      metadata?: {
        [key: string]: unknown;
      } | null;
    };
    PutUserResult: {
      /** @description Its place in `users`. */
      index: number;
      /** @description 201: made; 200: changed; else of the problem. */
      status: number;
      user?: components["schemas"]["User"];
      error?: components["schemas"]["ItemProblem"];
    };
    PutUsers: {
      /** @description Made or changed as by `PUT /users/{user_id}`. */
      users: components["schemas"]["BatchUser"][];
    };
    PutUsersAnswer: {
      results: components["schemas"]["PutUserResult"][];
    };
    QueryRooms: {
      /** @description Fields `id, room_type, status, name, slug, member, created_at, last_message_at, metadata.<key>` and, with a user, `unread, muted, hidden, pinned`; operators `$eq $ne $in $gt $gte $lt $lte $exists $prefix`, `$and` and `$or` with lists. A plain value means `$eq`. */
      filter?: {
        [key: string]: unknown;
      };
      /** @description By last_message_at, created_at, updated_at, name, unread, pinned or last_active_day, each `asc` or `desc`; rooms that are alike go by their ids. Without a user: by created_at or last_active_day only. */
      sort?: {
        [key: string]: "asc" | "desc";
      }[];
      /**
       * @description Rooms per page.
       * @default 50
       */
      limit?: number;
      /** @description Of an earlier answer with the same filter and sort. */
      cursor?: string;
      /**
       * @description Members shown of each room.
       * @default 3
       */
      members_limit?: number;
    };
    Quota: {
      /** @description Left out: as many as there are. */
      per_second?: number | null;
      /** @description Left out: as many as there are. */
      per_hour?: number | null;
      /** @description Left out: as many as there are. */
      per_day?: number | null;
    };
    Quoted: {
      /** Format: uuid */
      id: string;
      seq: number;
      sender_id: string | null;
      sender_display_name: string | null;
      /** @enum {string} */
      content_type: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      /** @description null, with no attachments, once it was deleted. */
      content: string | null;
      attachments: components["schemas"]["Attachment"][];
      /** Format: date-time */
      created_at: string;
    };
    RateLimit: {
      /** @description `messages`, `reactions`, `typing`, `pings`, each with `_burst` where there is one, `sockets`; of quotas and of what a provider takes `messages`, `notifications` and `deliveries` with `_second`, `_hour` or `_day`. More may come. */
      name: string;
      /**
       * @description Whose it is.
       * @enum {string}
       */
      scope: "user" | "client" | "channel" | "provider";
      /** @description Of which channel, where it is one's. */
      channel?: string;
      /** @description Of which provider, where it is one's. */
      provider?: string;
      limit: number;
      /** @description Left until `reset_at`. */
      remaining: number;
      /**
       * Format: date-time
       * @description null: what is open counts, until it is closed.
       */
      reset_at: string | null;
      /** @description Seconds that it is counted over; null: what is open counts. */
      window_s: number | null;
    };
    RateLimits: {
      limits: components["schemas"]["RateLimit"][];
    };
    Reaction: {
      key: string;
      user_id: string;
      /** Format: date-time */
      created_at: string;
    };
    ReactionSummary: {
      key: string;
      count: number;
      /** @description At most ten of those who reacted. */
      user_ids: string[];
    };
    ReadThread: {
      /** @description Up to the reply at this seq; left out, all that there are. */
      seq?: number;
    };
    Receipt: {
      user_id: string;
      last_read_seq: number;
      last_delivered_seq: number;
    };
    Received: {
      /**
       * Format: uuid
       * @description Of the event; of the first one, where the sender repeats itself.
       */
      id?: string;
      /**
       * @description `failed`: it goes in a circle.
       * @enum {string}
       */
      status?: "stored" | "duplicate" | "failed";
      /** @description To Slack, when it verifies the address. */
      challenge?: string;
    };
    RecipientInput: {
      /** @description One person. A master key creates a user that it names first here. */
      user_id?: string;
      /** @description Of the person that the other fields name. No channel reaches anybody by it alone. */
      phone?: string;
      /**
       * Format: uuid
       * @description Instead of a person: everybody who is a member of this room now.
       */
      room_id?: string;
      /** @description With room_id: not these members. */
      exclude_user_ids?: string[];
      /**
       * Format: email
       * @description One person; beside a user_id it overrides the profile's address.
       */
      email?: string;
    };
    Recovery: {
      /** Format: uuid */
      id: string;
      /**
       * Format: uuid
       * @description The endpoint that is told again what it was not told; null: deliveries are sent again.
       */
      endpoint_id: string | null;
      filter: components["schemas"]["RecoveryFilter"];
      dry_run: boolean;
      rate_per_second: number;
      /** @enum {string} */
      status: "running" | "completed" | "cancelled";
      /** @description How many the filter matched when it began. */
      matched: number;
      resent: number;
      /** @description Sent again already, discarded, or on their way. Of a dry run: those that it would pass over. */
      skipped: number;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    RecoveryFilter: {
      /**
       * @description Left out: what failed or expired.
       * @enum {string}
       */
      status?: "failed" | "expired" | "cancelled" | "sent" | "delivered";
      provider?: string;
      /** @description Of its last attempt. */
      error_code?: string;
      user_id?: string;
      /** @description An email address or a URL, whole. */
      address?: string;
      /** Format: uuid */
      notification_id?: string;
      tag?: string;
      /**
       * Format: date-time
       * @description Made at this time or later; left out: 30 days ago.
       */
      from?: string;
      /**
       * Format: date-time
       * @description Made before this time; left out: now.
       */
      to?: string;
      /**
       * @description Over this channel.
       * @enum {string}
       */
      channel?: "email" | "webhook" | "websocket";
    };
    Replay: {
      /** @description Or `from` and `to`. */
      event_ids?: string[];
      /**
       * Format: date-time
       * @description From then on; without it from the first that is kept.
       */
      from?: string;
      /**
       * Format: date-time
       * @description Before then; without it until now.
       */
      to?: string;
    };
    Replayed: {
      /** @description Events that were asked for. */
      matched: number;
      /** @description Of these, those that are worked on again. */
      replayed: number;
      /** @description The others: refused, in a circle, duplicates, or being worked on anyway. */
      skipped: number;
    };
    Report: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      /** Format: uuid */
      message_id: string;
      /**
       * @description `system`: a word list of the client flagged the message.
       * @enum {string}
       */
      reporter_type: "user" | "client" | "system";
      reporter_id: string | null;
      /** @description Of the system: `word_list`. */
      reason: string;
      text: string | null;
      /** @description The word lists that flagged it. */
      lists: string[];
      /** @enum {string} */
      status: "open" | "dismissed" | "actioned";
      note: string | null;
      /** @description As the client sees it now; null when its room is gone. Not in events. */
      message?: components["schemas"]["Message"] | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    RolePermissions: {
      owner?: ("read" | "write" | "invite" | "manage" | "delete")[];
      admin?: ("read" | "write" | "invite" | "manage" | "delete")[];
      /** @description By default read and write, in channels read. */
      member?: ("read" | "write" | "invite" | "manage" | "delete")[];
    };
    Room: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      room_type: "direct" | "group" | "channel" | "support";
      name: string | null;
      /** @description From the name, unique in the client; it stays when the name changes. */
      slug: string | null;
      description: string | null;
      /** @enum {string} */
      privacy: "public" | "private" | "invite_only";
      /** @enum {string} */
      status: "active" | "inactive" | "archived" | "deleted";
      /** @description Only owners and admins may write. */
      frozen: boolean;
      /** @enum {string} */
      history: "full" | "since_join";
      /** @description null: created by the client itself. */
      created_by: string | null;
      max_members: number;
      member_count: number;
      /** @description Opaque; another one means that history was rewound. */
      epoch: string;
      /** @description Messages before this place are gone: the room was truncated. */
      first_seq: number;
      last_seq: number;
      last_rev: number;
      /** Format: date-time */
      last_message_at: string | null;
      /** Format: date-time */
      deactivated_at: string | null;
      /** @enum {string|null} */
      deactivated_reason: "manual" | "auto_inactive" | null;
      /** @description Why, as who last changed its state by hand said. */
      status_reason: string | null;
      /** @description Seconds that plain members wait between two messages. */
      slow_mode_s: number;
      metadata: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description Where the request acts for a user. */
      me?: components["schemas"]["RoomMe"];
      /** @description With include_members: the first hundred; member_count tells how many there are. */
      members?: components["schemas"]["Member"][];
    };
    RoomAction: {
      /** @description Why: the room shows it as `status_reason`. */
      reason?: string;
    };
    RoomMe: {
      /** @enum {string} */
      role: "owner" | "admin" | "member";
      /** @description The user's own marker. */
      last_read_seq: number;
      /** @description Places beyond the marker. */
      unread: number;
      mentions: number;
      /** @description Does not count into the total of what is unread. */
      muted: boolean;
      /**
       * Format: date-time
       * @description null: until it is unmuted.
       */
      muted_until: string | null;
      /** @description Counts into the total with its mentions only. */
      mentions_only: boolean;
      /** @description Does not count into the total of what is unread. */
      hidden: boolean;
      pinned: boolean;
    };
    RoomPermissions: {
      direct?: components["schemas"]["RolePermissions"];
      group?: components["schemas"]["RolePermissions"];
      channel?: components["schemas"]["RolePermissions"];
      support?: components["schemas"]["RolePermissions"];
    };
    RoomPosition: {
      /** @description As the stream gave it; opaque. */
      epoch: string;
      /** @description The last rev applied. */
      rev: number;
      /**
       * Format: date-time
       * @description When the last applied event occurred. Only makes reading faster: a wrong time never loses an event.
       */
      at?: string;
      /** Format: uuid */
      room_id: string;
    };
    RoomRecovery: {
      /** @description false: read it over REST, and go on from here. */
      recovered: boolean;
      epoch: string;
      /** @description Where the stream stands. */
      rev: number;
      /** @description When recovered: all since the position, ascending. */
      events?: components["schemas"]["Envelope"][];
      /** @description Of a room that was not recovered. */
      last_seq?: number;
      /** Format: uuid */
      room_id: string;
      /** @description Of the active members; none in larger rooms, whose markers `GET /rooms/{id}/members` tells. */
      receipts: components["schemas"]["Receipt"][];
      /** @description null: a master key that acts for nobody. */
      me: components["schemas"]["RoomMe"] | null;
    };
    RoomUnread: {
      /** Format: uuid */
      room_id: string;
      /** @description Places beyond the own marker. */
      unread: number;
      /** @description Of these, those that mention the user or everybody. */
      mentions: number;
    };
    RotateEndpointSecret: {
      /**
       * @description For so many seconds both secrets sign.
       * @default 86400
       */
      overlap_s?: number;
    };
    RotateKey: {
      /**
       * @description Seconds for which the old key still works.
       * @default 0
       */
      overlap_s?: number;
    };
    RotateSecret: {
      /**
       * @description Seconds for which webhooks are signed with the old secret too.
       * @default 86400
       */
      overlap_s?: number;
    };
    Rule: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      source_id: string;
      /** @description Rules of a source go by it, lowest first. Left out: after all others. */
      position: number;
      name: string | null;
      enabled: boolean;
      /** @description JSONata over the payload, with `$headers`, `$event` and `$results` bound: the rule acts when it gives what is true. Without one, on every event. */
      condition: string | null;
      /** @description In order. */
      actions: components["schemas"]["RuleAction"][];
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    RuleAction: {
      /** @enum {string} */
      type: "create_room" | "add_members" | "send_message" | "send_notification";
      /** @description The body of the route that does the same (`POST /rooms`, `/rooms/{id}/members`, `/rooms/{id}/messages`, `/notifications`), for members and messages with `room_id`; without it they go to the room that this rule made. Any value may be `{"$jsonata": "…"}`; what gives nothing is left out. */
      params: {
        [key: string]: unknown;
      };
    };
    RuleFault: {
      /** @description A path such as `actions[0].params.content`. */
      field: string;
      code: string;
      message: string;
    };
    Sample: {
      /** @description Names in any case. */
      headers?: {
        [key: string]: unknown;
      };
      payload?: ({
        [key: string]: unknown;
      } | unknown[] | string | number | boolean) | null;
    };
    ScheduleMessage: {
      /** @description Required unless there are attachments or the type is custom or system. */
      content?: string;
      /**
       * @description `system`: a master key without X-User-Id only.
       * @default text
       * @enum {string}
       */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      /**
       * Format: uuid
       * @description The message that this one replies to; a reply to a reply joins its thread.
       */
      reply_to_id?: string;
      /**
       * Format: uuid
       * @description A message of the room of which a copy goes along.
       */
      quoted_message_id?: string;
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions?: components["schemas"]["Mention"][];
      /** @description Moves no badge and pushes nothing. */
      silent?: boolean;
      /** @description The sender's own id of the message. Sent again, it returns the original with `deduplicated: true`. */
      client_msg_id?: string;
      attachments?: components["schemas"]["Attachment"][];
      metadata?: {
        [key: string]: unknown;
      };
      /**
       * Format: date-time
       * @description When it is to be sent: in the future, within a year.
       */
      send_at: string;
    };
    ScheduledMessage: {
      /** @description Required unless there are attachments or the type is custom or system. */
      content?: string;
      /**
       * @description `system`: a master key without X-User-Id only.
       * @default text
       * @enum {string}
       */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      /**
       * Format: uuid
       * @description The message that this one replies to; a reply to a reply joins its thread.
       */
      reply_to_id?: string;
      /**
       * Format: uuid
       * @description A message of the room of which a copy goes along.
       */
      quoted_message_id?: string;
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions?: components["schemas"]["Mention"][];
      /** @description Moves no badge and pushes nothing. */
      silent?: boolean;
      /** @description The sender's own id of the message. Sent again, it returns the original with `deduplicated: true`. */
      client_msg_id?: string;
      attachments?: components["schemas"]["Attachment"][];
      metadata?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      room_id: string;
      /** @description null: the client itself. */
      sender_id: string | null;
      /** Format: date-time */
      send_at: string;
      /** @enum {string} */
      status: "scheduled" | "sent" | "failed" | "cancelled";
      /**
       * Format: uuid
       * @description Once it is sent: the message.
       */
      message_id?: string;
      /** @description Why it failed: the code of what a send was refused with. */
      reason?: string;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    ScopedKey: {
      /** Format: uuid */
      id: string;
      name: string | null;
      /** @description How the key begins, to tell keys apart. */
      prefix: string;
      /** @description null: everything. */
      permissions: ("read_messages" | "send_messages" | "join_rooms" | "invite_users" | "manage_rooms" | "send_notifications" | "read_analytics")[] | null;
      /** Format: date-time */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description To the minute.
       */
      last_used_at: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When it was made, or rotated.
       */
      updated_at: string;
      user_id: string;
      device_id: string | null;
      /**
       * @description Login keys are replaced by the next login.
       * @enum {string}
       */
      issued_by: "login" | "api";
    };
    SearchHit: {
      /** @description A stub where the message is hidden from who searches. */
      message: components["schemas"]["Message"];
      /** Format: uuid */
      room_id: string;
      /** @description Where in the content it was found, in order; empty where only the name of an attachment matches. */
      highlights: components["schemas"]["Highlight"][];
    };
    SecretVerification: {
      /** @enum {string} */
      template: "standard" | "github" | "stripe" | "shopify" | "slack";
      secret: string;
    };
    SendMessage: {
      /** @description Required unless there are attachments or the type is custom or system. */
      content?: string;
      /**
       * @description `system`: a master key without X-User-Id only.
       * @default text
       * @enum {string}
       */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      /**
       * Format: uuid
       * @description The message that this one replies to; a reply to a reply joins its thread.
       */
      reply_to_id?: string;
      /**
       * Format: uuid
       * @description A message of the room of which a copy goes along.
       */
      quoted_message_id?: string;
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions?: components["schemas"]["Mention"][];
      /** @description Moves no badge and pushes nothing. */
      silent?: boolean;
      /** @description The sender's own id of the message. Sent again, it returns the original with `deduplicated: true`. */
      client_msg_id?: string;
      attachments?: components["schemas"]["Attachment"][];
      metadata?: {
        [key: string]: unknown;
      };
    };
    SendMessageToRoom: {
      /** @description Required unless there are attachments or the type is custom or system. */
      content?: string;
      /**
       * @description `system`: a master key without X-User-Id only.
       * @default text
       * @enum {string}
       */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system";
      /**
       * Format: uuid
       * @description The message that this one replies to; a reply to a reply joins its thread.
       */
      reply_to_id?: string;
      /**
       * Format: uuid
       * @description A message of the room of which a copy goes along.
       */
      quoted_message_id?: string;
      /** @description Who is mentioned, as structured data: how the text shows it is up to the app. */
      mentions?: components["schemas"]["Mention"][];
      /** @description Moves no badge and pushes nothing. */
      silent?: boolean;
      /** @description The sender's own id of the message. Sent again, it returns the original with `deduplicated: true`. */
      client_msg_id?: string;
      attachments?: components["schemas"]["Attachment"][];
      metadata?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      room_id: string;
    };
    SetPresence: {
      /**
       * @description Holds until it is set again, on all devices. `invisible`: others see `offline`.
       * @enum {string}
       */
      state?: "online" | "away" | "dnd" | "invisible";
      /** @description What others read beside the state; null clears it. */
      text?: string | null;
    };
    SigningSecret: {
      /** @description Standard Webhooks: base64 after the prefix. */
      secret: string;
      /** @description Signs too, until it expires. */
      previous_secret: string | null;
      /** Format: date-time */
      previous_expires_at: string | null;
    };
    SkippedProvider: {
      provider: string;
      /** @description `breaker_open`, `quota_exhausted` or `rate_limited`. */
      reason: string;
    };
    SmtpConfig: {
      host: string;
      port: number;
      /** @description TLS from the first byte (usually port 465); otherwise STARTTLS where the server offers it. */
      secure: boolean;
      username?: string;
      /** @description Never returned. Left out, the stored one of this name is kept. */
      password?: string;
      /** @description Refuse to send without TLS. Left out, true with a username and a host that is not this machine: a password never goes out in the clear unless that is said. */
      require_tls?: boolean;
      dkim?: components["schemas"]["DkimConfig"];
    };
    Source: {
      /** Format: uuid */
      id: string;
      name: string;
      slug: string;
      /** @description What to give to the sender. */
      url: string;
      verification: components["schemas"]["Verification"];
      tolerance_s: number;
      enabled: boolean;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    StartRecovery: {
      /** @description All that is said must be true of a delivery. */
      filter?: components["schemas"]["RecoveryFilter"];
      /**
       * @description Only counts, in `matched` and `skipped`: nothing is sent.
       * @default false
       */
      dry_run?: boolean;
      /** @default 100 */
      rate_per_second?: number;
    };
    States: {
      pending: number;
      held: number;
      sending: number;
      retrying: number;
      /** @description Handed over, and not reported as delivered. */
      sent: number;
      delivered: number;
      failed: number;
      suppressed: number;
      cancelled: number;
      expired: number;
      unknown: number;
    };
    Stats: {
      /** @description Deliveries that were sent, those reported as delivered among them. */
      total_sent: number;
      /** @description Failed or expired. */
      total_failed: number;
      /** @description Not settled yet. */
      total_pending: number;
      /** @description Sent, of those sent and failed; null while there are none. */
      success_rate: number | null;
      /** @description Mean time from the acceptance until sent, in milliseconds. */
      avg_delivery_time_ms: number | null;
      /** @description Deliveries accepted, by channel. */
      by_type: {
        [key: string]: unknown;
      };
      by_status: components["schemas"]["States"];
      /** Format: date-time */
      period_start: string;
      /** Format: date-time */
      period_end: string;
    };
    StreamRecovery: {
      /** @description false: read it over REST, and go on from here. */
      recovered: boolean;
      epoch: string;
      /** @description Where the stream stands. */
      rev: number;
      /** @description When recovered: all since the position, ascending. */
      events?: components["schemas"]["Envelope"][];
      /** @description Of a room that was not recovered. */
      last_seq?: number;
    };
    Suppression: {
      /** Format: uuid */
      id: string;
      address: string;
      /** @enum {string} */
      reason: "bounce" | "complaint" | "unsubscribe" | "manual";
      /** @description Of notifications of this category alone; left out: of all. */
      category?: string;
      /**
       * Format: date-time
       * @description From then on the address is written to again; null: never.
       */
      expires_at: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @enum {string} */
      channel: "email";
    };
    SuppressionImport: {
      /** @description Lines that named an address. */
      received: number;
      /** @description Addresses that are new in the list. */
      added: number;
      /** @description Addresses that were in it, and have the reason and the end of the import now. */
      updated: number;
      /** @description Lines whose `expires_at` is over: there is nothing to do. Left out where there are none. */
      skipped?: number;
      /** @description Lines that could not be read. */
      failed: number;
      /** @description The first of them. */
      errors: components["schemas"]["SuppressionImportError"][];
      /** @description There are more lines than an import takes: those from here on were not looked at. Send them in another one. Left out where all were. */
      next_line?: number;
    };
    SuppressionImportError: {
      /** @description Of the body, from 1. */
      line: number;
      message: string;
    };
    SuppressionInput: {
      /** @description An address of the channel. All spellings of it are the same one. */
      address: string;
      /**
       * @default manual
       * @enum {string}
       */
      reason?: "bounce" | "complaint" | "unsubscribe" | "manual";
      /** @description Of notifications of this category alone; left out: of all. */
      category?: string | null;
      /**
       * Format: date-time
       * @description From then on the address is written to again; null: never.
       */
      expires_at?: string | null;
      /**
       * @default email
       * @enum {string}
       */
      channel?: "email";
    };
    TestRule: {
      rule: components["schemas"]["TriedRule"];
      sample: components["schemas"]["Sample"];
    };
    TestedRule: {
      /** @description Whether the condition holds. */
      matched: boolean;
      /** @description Those that could be worked out, also where `errors` say that they would be refused. */
      actions: components["schemas"]["WorkedOutAction"][];
      errors: components["schemas"]["RuleFault"][];
    };
    Thread: {
      /** Format: uuid */
      room_id: string;
      /**
       * Format: uuid
       * @description The message that the thread is about.
       */
      thread_id: string;
      /** @description Does it follow the thread? */
      subscribed: boolean;
      last_read_seq: number;
      /** @description Replies beyond `last_read_seq` that are not its own; counted up to 1,000. */
      unread: number;
      last_reply_seq: number;
      /** Format: date-time */
      last_reply_at: string;
      /** @description What the thread is about; as a stub where it is hidden from the user. */
      message: components["schemas"]["Message"];
    };
    ThreadStanding: {
      /** Format: uuid */
      room_id: string;
      /**
       * Format: uuid
       * @description The message that the thread is about.
       */
      thread_id: string;
      /** @description Does it follow the thread? */
      subscribed: boolean;
      last_read_seq: number;
      /** @description Replies beyond `last_read_seq` that are not its own; counted up to 1,000. */
      unread: number;
    };
    TransferRoom: {
      /** @description A member of the room. */
      user_id: string;
    };
    TriedRule: {
      /**
       * Format: uuid
       * @description Of a source: then `$event.type` is what it would be there.
       */
      source_id?: string;
      /** @description Rules of a source go by it, lowest first. Left out: after all others. */
      position?: number;
      name?: string | null;
      /** @description Makes no difference here. */
      enabled?: boolean;
      /** @description JSONata over the payload, with `$headers`, `$event` and `$results` bound: the rule acts when it gives what is true. Without one, on every event. */
      condition?: string | null;
      /** @description In order. */
      actions: components["schemas"]["RuleAction"][];
    };
    TruncateRoom: {
      /** @description The first place that stays; beyond the last one: none does. */
      before_seq: number;
    };
    Type: {
      /** @description false: no longer. */
      typing: boolean;
    };
    UnknownOutcome: {
      /**
       * @description `retry`: tried again by the schedule, it may arrive twice. `wait`: left alone for `wait_s`, then tried again. `ask`: the provider is asked meanwhile, and it is tried again only where that can not tell.
       * @enum {string}
       */
      policy: "retry" | "wait" | "ask";
      /** @description For how long the delivery is `unknown` at most; null where it is not. */
      wait_s: number | null;
    };
    Unread: {
      /** @description Over all rooms that are neither muted nor hidden, without silent messages; of those with `mentions_only` the mentions. */
      total_unread: number;
      /** @description Over the same rooms. */
      total_mentions: number;
      /** @description Those with anything unread, the most recent first. */
      rooms: components["schemas"]["RoomUnread"][];
    };
    UpdateClient: {
      name?: string;
      limits?: components["schemas"]["ClientLimitsPatch"];
      settings?: components["schemas"]["ClientSettings"];
      /** @description Origins whose pages may use scoped keys; empty: any. */
      allowed_origins?: string[];
    };
    UpdateMe: {
      name?: string;
      settings?: components["schemas"]["ClientSettings"];
      /** @description Origins whose pages may use scoped keys; empty: any. */
      allowed_origins?: string[];
    };
    UpdateMember: {
      /** @enum {string} */
      role: "owner" | "admin" | "member";
    };
    UpdateOwnSide: {
      /** @description false ends `muted_until` as well. */
      muted?: boolean;
      /**
       * Format: date-time
       * @description Mutes until then; null: what is muted stays so until it is unmuted.
       */
      muted_until?: string | null;
      /** @description Only mentions count into the total of what is unread. */
      mentions_only?: boolean;
      /** @description Does not count into the total of what is unread. */
      hidden?: boolean;
      pinned?: boolean;
    };
    UpdateReport: {
      /** @enum {string} */
      status?: "open" | "dismissed" | "actioned";
      /** @description The moderators' own. */
      note?: string | null;
    };
    UpdateRoom: {
      name?: string | null;
      description?: string | null;
      /** @enum {string} */
      privacy?: "public" | "private" | "invite_only";
      /** @description Not below the number of members. */
      max_members?: number;
      /** @enum {string} */
      history?: "full" | "since_join";
      /** @description Seconds that plain members wait between two messages; 0: none. */
      slow_mode_s?: number;
      /** @description Merged, member by member. */
      metadata?: {
        [key: string]: unknown;
      } | null;
    };
    UpdateRule: {
      /** @description Rules of a source go by it, lowest first. Left out: after all others. */
      position?: number;
      name?: string | null;
      enabled?: boolean;
      /** @description JSONata over the payload, with `$headers`, `$event` and `$results` bound: the rule acts when it gives what is true. Without one, on every event. */
      condition?: string | null;
      /** @description In order. */
      actions?: components["schemas"]["RuleAction"][];
    };
    UpdateScheduledMessage: {
      /**
       * Format: date-time
       * @description When it is to be sent: in the future, within a year.
       */
      send_at?: string;
      content?: string | null;
      /** @enum {string|null} */
      content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "custom" | "system" | null;
      /** Format: uuid */
      reply_to_id?: string | null;
      /** Format: uuid */
      quoted_message_id?: string | null;
      mentions?: components["schemas"]["Mention"][] | null;
      attachments?: components["schemas"]["Attachment"][] | null;
      silent?: boolean | null;
      /** @description Merged, member by member. */
      metadata?: {
        [key: string]: unknown;
      } | null;
    };
    UpdateSource: {
      name?: string;
      /** @description Merged, as long as the template is the same; another template is given whole. */
      verification?: {
        [key: string]: unknown;
      };
      /** @description Must be true for the template `none`: whoever knows the address may then send. Its slug gets random bits. */
      allow_unsigned?: boolean;
      /** @description How far the time of a signature may be from now; for events without an id, within which equal ones are one. */
      tolerance_s?: number;
      enabled?: boolean;
    };
    User: {
      /**
       * Format: uuid
       * @description ChatAPI's own; `user_id` is yours.
       */
      id?: string;
      user_id: string;
      display_name: string | null;
      /** Format: uri */
      avatar_url: string | null;
      /**
       * Format: email
       * @description Absent in what a scoped key sees of other users, as are the rest.
       */
      email?: string | null;
      phone?: string | null;
      metadata?: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      last_seen_at?: string | null;
      /** Format: date-time */
      banned_until?: string | null;
      /** @description Of who is banned, for the client only. */
      ban_reason?: string | null;
      /** @description The same: only the user sees what it sends. */
      shadow_banned?: boolean;
      /** Format: date-time */
      created_at?: string;
      /** Format: date-time */
      updated_at?: string;
    };
    UserMetrics: {
      user_id: string;
      /** @description Sent in the period. */
      messages: number;
      /** @description Rooms that the user is a member of. */
      rooms: number;
      /** @description Deliveries to the user that were accepted in the period. */
      deliveries: components["schemas"]["States"];
      /** Format: date-time */
      period_start: string;
      /** Format: date-time */
      period_end: string;
    };
    UserOptOuts: {
      /** @description Of no notification with one of these categories anything is sent to the user. */
      categories?: string[];
      /** @description Nothing is sent to the user over these, whatever its category. */
      channels?: ("email" | "webhook" | "websocket")[];
      /** @description Of the categories, those that the user left by the link of a mail, and when; not there where there are none. */
      unsubscribed?: {
        [key: string]: unknown;
      };
    };
    Verification: {
      /** @enum {string} */
      template: "standard" | "github" | "stripe" | "shopify" | "slack" | "mailgun" | "hmac" | "basic" | "none";
      /** @description With hmac. */
      header?: string;
      /**
       * @description With hmac.
       * @enum {string}
       */
      encoding?: "hex" | "base64" | "base64url";
      /**
       * @description With hmac.
       * @enum {string}
       */
      algorithm?: "sha1" | "sha256" | "sha384" | "sha512";
      /** @description With basic. */
      username?: string;
      /** @description With hmac, basic and none. */
      id_header?: string | null;
    };
    WebhookInput: {
      /**
       * Format: uri
       * @description Gets one signed POST (Standard Webhooks 1.0), signed with the secret of the client. Either this or `endpoint_id`.
       */
      url?: string;
      /**
       * Format: uuid
       * @description In place of `url`: one of the endpoints at `/webhooks/endpoints`. It goes to where the endpoint is at the time of each attempt, with its headers, its time-out, its rate and concurrency, signed with its secrets.
       */
      endpoint_id?: string;
      /** @description The body, as JSON. */
      payload: {
        [key: string]: unknown;
      };
    };
    WebsocketInput: {
      title?: string;
      body?: string;
      data?: {
        [key: string]: unknown;
      };
    };
    WordList: {
      name: string;
      /** @description Words and phrases, in any case; at most 10000 in all lists together. */
      words: string[];
      /**
       * @description `flag`: the message is sent, and reported to the client; `mask`: each character becomes `*`; `reject`: 422 `message_rejected`.
       * @enum {string}
       */
      action: "flag" | "mask" | "reject";
    };
    WorkedOutAction: {
      /** @enum {string} */
      type: "create_room" | "add_members" | "send_message" | "send_notification";
      params: {
        [key: string]: unknown;
      };
    };
  };
  responses: never;
  parameters: {
    /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
    "X-User-Id": string;
    /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
    "X-Client-Id": string;
    /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
    "Idempotency-Key": string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  analytics_deliveries: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description Up to 31 days by `15m`, 92 by `1h`, 400 by `1d`. */
        interval?: "15m" | "1h" | "1d";
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
        /** @description What each bucket is told apart by; nothing unless told. */
        group_by?: "channel" | "provider" | "status" | "error_code";
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeliveriesAnswer"];
        };
      };
    };
  };
  analytics_latency: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description Up to 31 days by `15m`, 92 by `1h`, 400 by `1d`. */
        interval?: "15m" | "1h" | "1d";
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
        /** @description What each bucket is told apart by; nothing unless told. */
        group_by?: "channel" | "provider";
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LatencyAnswer"];
        };
      };
    };
  };
  analytics_ledger: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description Also gives `data`: the ledger of each step. Up to 400 days without. */
        interval?: "15m" | "1h" | "1d";
        /** @description Tells the steps apart by channel. */
        group_by?: "channel";
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ledger"];
        };
      };
    };
  };
  clientMetrics_messages: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description Up to 31 days by `15m`, 92 by `1h`, 400 by `1d`. */
        interval?: "15m" | "1h" | "1d";
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MessagesAnswer"];
        };
      };
    };
  };
  audit_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description The id or the type of who did it. */
        actor?: string;
        /** @description With `*` at its end: all that begin so. */
        action?: string;
        /** @description The first moment. */
        from?: string;
        /** @description Not included. */
        to?: string;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["AuditLine"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  auth_login: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Login"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LoginAnswer"];
        };
      };
    };
  };
  auth_logout: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Logout"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LogoutAnswer"];
        };
      };
    };
  };
  clients_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Client"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  clients_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateClient"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedClient"];
        };
      };
    };
  };
  me_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
    };
  };
  ownClient_put: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateMe"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  ownClient_update: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateMe"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  providers_list_alias: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Provider"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  providers_replace_alias: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderInput"][];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Provider"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  providers_add_alias: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderInput"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Provider"];
        };
      };
    };
  };
  providers_remove_alias: {
    parameters: {
      query?: {
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  providers_update_alias: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderPatch"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Provider"];
        };
      };
    };
  };
  providers_test_alias: {
    parameters: {
      query?: {
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderTestInput"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProviderTestResult"];
        };
      };
    };
  };
  hook_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Hook"];
        };
      };
    };
  };
  hook_put: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["HookInput"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Hook"];
        };
      };
    };
  };
  hook_remove: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  me_listKeys: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["MasterKey"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  me_createKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateMasterKey"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedMasterKey"];
        };
      };
    };
  };
  me_revokeKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  me_rotateKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RotateKey"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedMasterKey"];
        };
      };
    };
  };
  roomPermissions_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomPermissions"];
        };
      };
    };
  };
  roomPermissions_put: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomPermissions"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomPermissions"];
        };
      };
    };
  };
  providers_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Provider"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  providers_replace: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderInput"][];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Provider"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  providers_add: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderInput"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Provider"];
        };
      };
    };
  };
  providers_remove: {
    parameters: {
      query?: {
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  providers_update: {
    parameters: {
      query?: {
        /** @description false saves settings that were not tried out. */
        verify?: boolean;
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderPatch"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Provider"];
        };
      };
    };
  };
  providers_test: {
    parameters: {
      query?: {
        /** @description Only providers of this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Name of the resource within the client. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProviderTestInput"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProviderTestResult"];
        };
      };
    };
  };
  ownClient_secret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SigningSecret"];
        };
      };
    };
  };
  ownClient_rotateSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RotateSecret"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SigningSecret"];
        };
      };
    };
  };
  wordLists_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["WordList"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  wordLists_replace: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["WordList"][];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["WordList"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  scopedKeys_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only this user's. */
        user_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["ScopedKey"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  scopedKeys_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateScopedKey"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedScopedKey"];
        };
      };
    };
  };
  scopedKeys_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScopedKey"];
        };
      };
    };
  };
  scopedKeys_revoke: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  clients_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  clients_update: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateClient"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  clients_reactivate: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  clients_suspend: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Client"];
        };
      };
    };
  };
  deliveries_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description In this state. */
        status?: "pending" | "held" | "sending" | "retrying" | "sent" | "delivered" | "failed" | "suppressed" | "cancelled" | "expired" | "unknown";
        /** @description true: only what failed or expired, and was neither sent again nor put aside. */
        unresolved?: boolean;
        /** @description By name: the one that tried last. */
        provider?: string;
        /** @description Of its last attempt. */
        error_code?: string;
        /** @description To this user. */
        user_id?: string;
        /** @description An email address or a URL, whole. */
        address?: string;
        /** @description Of this notification. */
        notification_id?: string;
        /** @description Of their notifications. */
        tag?: string;
        /** @description Made at this time or later; left out: 30 days ago. */
        from?: string;
        /** @description Made before this time; left out: now. */
        to?: string;
        /** @description Over this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Delivery"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  deliveries_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Delivery"];
        };
      };
    };
  };
  deliveries_discard: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Delivery"];
        };
      };
    };
  };
  deliveries_resend: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Delivery"];
        };
      };
    };
  };
  development_login: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DevelopmentLogin"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DevelopmentLoginAnswer"];
        };
      };
    };
  };
  mailbox_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["KeptMail"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  invited_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Those of this status; omitted: all. */
        status?: "pending" | "accepted" | "declined" | "revoked" | "expired";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Invite"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  invited_acceptCode: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AcceptCode"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  invited_accept: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  invited_decline: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Invite"];
        };
      };
    };
  };
  messages_sendToRoom: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SendMessageToRoom"];
      };
    };
    responses: {
      /** @description This client_msg_id was sent before: the original, with `deduplicated: true`. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  messages_listOfRoom: {
    parameters: {
      query?: {
        /** @description Messages per page. */
        limit?: number;
        /** @description Messages before this seq. */
        before_seq?: number;
        /** @description Messages after this seq. */
        after_seq?: number;
        /** @description The message at this seq in the middle of the page. */
        around_seq?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MessagePage"];
        };
      };
    };
  };
  receipts_readOfRoom: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Mark"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMe"];
        };
      };
    };
  };
  receipts_ofRoom: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomUnread"];
        };
      };
    };
  };
  search_find: {
    parameters: {
      query: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description What to look for. Every word of it must be in the message, as the beginning of a word or, from three characters on, anywhere; in any case. Names of attachments count. */
        q: string;
        /** @description In this room only. */
        room_id?: string;
        /** @description Sent by this user only. */
        sender_id?: string;
        /** @description Sent at this time or later. */
        from?: string;
        /** @description Sent before this time. */
        to?: string;
        /** @description Of this type only. */
        content_type?: "text" | "image" | "file" | "video" | "audio" | "document" | "system" | "custom";
        /** @description Only messages that have one. */
        has?: "attachment" | "mention";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["SearchHit"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  messages_getAnywhere: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  changes_editAnywhere: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EditMessage"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  changes_deleteAnywhere: {
    parameters: {
      query?: {
        /** @description `me`: hidden from the acting user only. */
        for?: "all" | "me";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  clientMetrics_overview: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Metrics"];
        };
      };
    };
  };
  clientMetrics_daily: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MetricsBuckets"];
        };
      };
    };
  };
  clientMetrics_hourly: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told. */
        timezone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MetricsBuckets"];
        };
      };
    };
  };
  clientMetrics_user: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
      };
      header?: never;
      path: {
        /** @description The client's own id of the user; `me` is the caller. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserMetrics"];
        };
      };
    };
  };
  notifications_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those in this state. */
        status?: "scheduled" | "pending" | "processing" | "completed" | "partially_failed" | "failed" | "cancelled" | "expired";
        /** @description Only those that carry this tag. */
        tag?: string;
        /** @description Only those that go over this channel. */
        channel?: "email" | "webhook" | "websocket";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Notification"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  notifications_send: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NotificationInput"];
      };
    };
    responses: {
      /** @description Nothing was made: it was accepted before under this dedup_key, or only simulated. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  notifications_sendMany: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NotificationBatch"];
      };
    };
    responses: {
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NotificationResults"];
        };
      };
    };
  };
  notifications_send_alias: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NotificationInput"];
      };
    };
    responses: {
      /** @description Nothing was made: it was accepted before under this dedup_key, or only simulated. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  analytics_stats: {
    parameters: {
      query?: {
        /** @description 24 hours before `to` unless told; widened to a whole quarter of an hour. */
        from?: string;
        /** @description Now unless told; widened to a whole quarter of an hour. */
        to?: string;
        /** @description As many days up to `to`, in place of `from`: not both. */
        days?: number;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Stats"];
        };
      };
    };
  };
  notifications_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  notifications_put: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PatchNotification"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  notifications_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  notifications_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PatchNotification"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  notifications_cancel: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  notifications_deliveries: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Delivery"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  notifications_retry: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Notification"];
        };
      };
    };
  };
  presence_set: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SetPresence"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OwnPresence"];
        };
      };
    };
  };
  presence_heartbeat: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SetPresence"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OwnPresence"];
        };
      };
    };
  };
  presence_get: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description With commas between, or named several times: these, in whatever state. Left out: who is there of the people in your 200 newest rooms of up to 100 members. */
        user_ids?: string[];
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Presence"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  providerTypes_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["ProviderType"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  rateLimits_list: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RateLimits"];
        };
      };
    };
  };
  recoveries_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Recovery"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  recoveries_start: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["StartRecovery"];
      };
    };
    responses: {
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Recovery"];
        };
      };
    };
  };
  recoveries_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Recovery"];
        };
      };
    };
  };
  recoveries_cancel: {
    parameters: {
      query?: never;
      header?: {
        /** @description With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so. */
        "X-Client-Id"?: components["parameters"]["X-Client-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Recovery"];
        };
      };
    };
  };
  reports_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those. */
        status?: "open" | "dismissed" | "actioned";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Report"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  reports_decide: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateReport"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Report"];
        };
      };
    };
  };
  rooms_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Room"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  rooms_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateRoom"];
      };
    };
    responses: {
      /** @description The direct room of these two people was there already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  rooms_listAll: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Rooms of this type. */
        room_type?: "direct" | "group" | "channel" | "support";
        /** @description Omitted: all but deleted ones. */
        status?: "active" | "inactive" | "archived" | "deleted";
        /** @description Rooms of this privacy. */
        privacy?: "public" | "private" | "invite_only";
        /** @description Rooms that this user is a member of. */
        user_id?: string;
        /** @description Rooms whose name holds this text, in any case. */
        name?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Room"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  directory_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Rooms whose name holds this text, in any case. */
        q?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["DirectoryRoom"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  roomQuery_query: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["QueryRooms"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["FoundRoom"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  presence_online: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Presence"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  typing_type: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Type"];
      };
    };
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  rooms_get: {
    parameters: {
      query?: {
        /** @description With its first hundred members; all page at …/members. */
        include_members?: boolean;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  rooms_put: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateRoom"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  lifecycle_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  rooms_update: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateRoom"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  lifecycle_activate: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  lifecycle_archive: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  bans_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Ban"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  lifecycle_deactivate: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  receipts_delivered: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Mark"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMe"];
        };
      };
    };
  };
  lifecycle_freeze: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  invites_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Those of this status; omitted: all. */
        status?: "pending" | "accepted" | "declined" | "revoked" | "expired";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Invite"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  invites_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateInvite"];
      };
    };
    responses: {
      /** @description The user is invited already, or came by the invitation that is answered. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Invite"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Invite"];
        };
      };
    };
  };
  invites_revoke: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The id of an invitation of the room. */
        invite_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  joining_join: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  joinRequests_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Those of this status. */
        status?: "pending" | "approved" | "rejected";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["JoinRequest"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  joinRequests_ask: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AskToJoin"];
      };
    };
    responses: {
      /** @description The request was there already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JoinRequest"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JoinRequest"];
        };
      };
    };
  };
  joinRequests_approve: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  joinRequests_reject: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JoinRequest"];
        };
      };
    };
  };
  joining_leave: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  lifecycle_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Lifecycle"];
        };
      };
    };
  };
  lifecycle_put: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PutLifecycle"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Lifecycle"];
        };
      };
    };
  };
  ownSide_update: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateOwnSide"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMe"];
        };
      };
    };
  };
  members_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Member"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  members_add: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AddMembers"];
      };
    };
    responses: {
      /** @description Nobody came in by it: who was to be added is a member already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AddedMembers"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AddedMembers"];
        };
      };
    };
  };
  members_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  members_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  members_setRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateMember"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  bans_ban: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["BanMember"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ban"];
        };
      };
    };
  };
  bans_lift: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  members_getRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  members_putRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateMember"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  messages_list: {
    parameters: {
      query?: {
        /** @description Messages per page. */
        limit?: number;
        /** @description Messages before this seq. */
        before_seq?: number;
        /** @description Messages after this seq. */
        after_seq?: number;
        /** @description The message at this seq in the middle of the page. */
        around_seq?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MessagePage"];
        };
      };
    };
  };
  messages_send: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SendMessage"];
      };
    };
    responses: {
      /** @description This client_msg_id was sent before: the original, with `deduplicated: true`. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  messages_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  changes_delete: {
    parameters: {
      query?: {
        /** @description `me`: hidden from the acting user only. */
        for?: "all" | "me";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  changes_edit: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EditMessage"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  changes_versions: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["MessageVersion"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  pins_pin: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  pins_unpin: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  reactions_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those with this key. */
        key?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Reaction"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  reactions_add: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
        /** @description An emoji or any other text of 1 to 64 characters without controls, percent-encoded. */
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReactionSummary"][];
        };
      };
    };
  };
  reactions_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
        /** @description An emoji or any other text of 1 to 64 characters without controls, percent-encoded. */
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  threads_replies: {
    parameters: {
      query?: {
        /** @description Messages per page. */
        limit?: number;
        /** @description Replies before this seq. */
        before_seq?: number;
        /** @description Replies after this seq. */
        after_seq?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MessagePage"];
        };
      };
    };
  };
  reports_report: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateReport"];
      };
    };
    responses: {
      /** @description The user has reported this message before: the first report. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Report"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Report"];
        };
      };
    };
  };
  threads_standing: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ThreadStanding"];
        };
      };
    };
  };
  threads_subscribe: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ThreadStanding"];
        };
      };
    };
  };
  threads_unsubscribe: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  threads_read: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReadThread"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ThreadStanding"];
        };
      };
    };
  };
  changes_undelete: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Message"];
        };
      };
    };
  };
  roomPermissions_ofRoom: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomPermissions"];
        };
      };
    };
  };
  pins_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Message"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  receipts_read: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Mark"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMe"];
        };
      };
    };
  };
  receipts_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["MemberReceipt"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  lifecycle_restore: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  scheduled_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those that stand so. */
        status?: "scheduled" | "sent" | "failed" | "cancelled";
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["ScheduledMessage"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  scheduled_schedule: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ScheduleMessage"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScheduledMessage"];
        };
      };
    };
  };
  joining_transfer: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TransferRoom"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  truncation_truncate: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TruncateRoom"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  lifecycle_unarchive: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  lifecycle_unfreeze: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RoomAction"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Room"];
        };
      };
    };
  };
  receipts_unread: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the room (UUID). */
        room_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Mark"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoomMe"];
        };
      };
    };
  };
  scheduled_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScheduledMessage"];
        };
      };
    };
  };
  scheduled_cancel: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  scheduled_update: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateScheduledMessage"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScheduledMessage"];
        };
      };
    };
  };
  suppressions_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those of this reason. */
        reason?: "bounce" | "complaint" | "unsubscribe" | "manual";
        /** @description Only this address, however it is spelt. */
        address?: string;
        /** @description Only those of this channel. */
        channel?: "email";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Suppression"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  suppressions_add: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SuppressionInput"];
      };
    };
    responses: {
      /** @description It was suppressed already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Suppression"];
        };
      };
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Suppression"];
        };
      };
    };
  };
  suppressions_export: {
    parameters: {
      query?: {
        /** @description Left out, `Accept` says it; csv unless it does. */
        format?: "csv" | "ndjson";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /**
       * @description The list, as it is read.
       *
       *     Success.
       */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/csv": string;
          "application/x-ndjson": string;
        };
      };
    };
  };
  suppressions_import: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "*/*": string;
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SuppressionImport"];
        };
      };
    };
  };
  suppressions_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A suppression. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  sync_poll: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Poll"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Polled"];
        };
      };
    };
  };
  threads_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Thread"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  receipts_total: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Unread"];
        };
      };
    };
  };
  users_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["User"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  users_putMany: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PutUsers"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PutUsersAnswer"];
        };
      };
    };
  };
  blocks_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Block"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  blocks_block: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  blocks_unblock: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  users_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
    };
  };
  users_put: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PutUser"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
    };
  };
  users_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PutUser"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
    };
  };
  userBans_ban: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["BanUser"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
    };
  };
  userBans_unban: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  optOuts_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserOptOuts"];
        };
      };
    };
  };
  optOuts_put: {
    parameters: {
      query?: never;
      header?: {
        /** @description With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`. */
        "X-User-Id"?: components["parameters"]["X-User-Id"];
      };
      path: {
        /** @description The client's own id of the user, percent-encoded. */
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OptOuts"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UserOptOuts"];
        };
      };
    };
  };
  health_report_alias: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  endpoints_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Endpoint"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  endpoints_add: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EndpointInput"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpoints_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpoints_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  endpoints_update: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EndpointPatch"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpointHistory_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those in this state. */
        status?: "pending" | "held" | "sending" | "retrying" | "sent" | "delivered" | "failed" | "suppressed" | "cancelled" | "expired" | "unknown";
        /** @description Only events of this type. */
        event_type?: string;
      };
      header?: never;
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["EndpointDelivery"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  endpoints_disable: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpoints_enable: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpointHistory_recover: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EndpointRecover"];
      };
    };
    responses: {
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Recovery"];
        };
      };
    };
  };
  endpoints_rotate: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RotateEndpointSecret"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Endpoint"];
        };
      };
    };
  };
  endpointHistory_stats: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EndpointStats"];
        };
      };
    };
  };
  endpointHistory_test: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description The endpoint. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EndpointTest"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EndpointDelivery"];
        };
      };
    };
  };
  endpointHistory_eventTypes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EventType"][];
        };
      };
    };
  };
  rules_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those of this source. */
        source_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Rule"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  rules_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateRule"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Rule"];
        };
      };
    };
  };
  rules_test: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TestRule"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestedRule"];
        };
      };
    };
  };
  rules_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Rule"];
        };
      };
    };
  };
  rules_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  rules_update: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateRule"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Rule"];
        };
      };
    };
  };
  sources_list: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["Source"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  sources_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateSource"];
      };
    };
    responses: {
      /** @description Success. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Source"];
        };
      };
    };
  };
  sources_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Source"];
        };
      };
    };
  };
  sources_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  sources_update: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateSource"];
      };
    };
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Source"];
        };
      };
    };
  };
  sources_listEvents: {
    parameters: {
      query?: {
        /** @description Items per page. */
        limit?: number;
        /** @description `next_cursor` or `prev_cursor` of an earlier answer. */
        cursor?: string;
        /** @description Only those that stand so. */
        status?: "stored" | "processed" | "failed" | "duplicate";
        /** @description false: only those that were refused. */
        verified?: boolean;
      };
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            data: components["schemas"]["InboundEvent"][];
            page: components["schemas"]["PageInfo"];
          };
        };
      };
    };
  };
  sources_getEvent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
        /** @description Of the event. */
        event_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["InboundEvent"];
        };
      };
    };
  };
  sources_replay: {
    parameters: {
      query?: never;
      header?: {
        /** @description Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer. */
        "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
      };
      path: {
        /** @description Id of the resource (UUID). */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Replay"];
      };
    };
    responses: {
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Replayed"];
        };
      };
    };
  };
  health_report: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  health_db: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatabaseHealth"];
        };
      };
    };
  };
  health_live: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Alive"];
        };
      };
    };
  };
  health_ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  unsubscribe_ask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Of the link in `List-Unsubscribe`. */
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /**
       * @description The page.
       *
       *     Success.
       */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
    };
  };
  unsubscribe_unsubscribe: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Of the link in `List-Unsubscribe`. */
        token: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "*/*": string;
      };
    };
    responses: {
      /**
       * @description A page that says so.
       *
       *     Success.
       */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
        };
      };
    };
  };
  inbound_receive: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Of the client. */
        client_slug: string;
        /** @description Of the source; its `url` holds both. */
        source_slug: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "*/*": string;
      };
    };
    responses: {
      /** @description To Mailgun, and to Slack when it verifies the address. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Received"];
        };
      };
      /** @description Success. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Received"];
        };
      };
    };
  };
}
