"""Made-up secrets of the kinds that payloads hold; the beginnings stand apart, for scanners of secrets."""

JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlc2lnbmF0dXJl"
PEM = "\n".join(
    (
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEAx",
        "q8Zt0aZJ+6b",
        "-----END RSA " + "PRIVATE KEY-----",
    )
)

BY_LOOKS = {
    "JWT": JWT,
    "private key": PEM,
    "private key, cut": PEM[:60],
    "AWS key": "AKIA" + "IOSFODNN7EXAMPLE",
    "Stripe live": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe restricted": "rk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe webhook": "whsec_" + "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
    "Slack bot": "xoxb-" + "2444333222111-2444333222111-AbCdEfGhIjKl",
    "Slack refresh": "xoxe.xoxp-" + "1-Mi0yLTI0NDQzMzMyMjIxMTE",
    "Slack app": "xapp-" + "1-A0123456-2444333222111-abcdef",
    "Slack webhook": "https://hooks.slack.com/services/" + "T0001/B0001/XyZ012345678",
    "GitHub": "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "GitHub fine": "github_pat_" + "11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz",
    "GitLab": "glpat-" + "abcdefghij1234567890",
    "OpenAI": "sk-proj-" + "abcdefghijklmnopqrstuvwxyz123456",
    "Google": "AIza" + "SyA-1234567890abcdefghijklmnopqrstuv",
    "SendGrid": "SG." + "abcdefghijklmnop.qrstuvwxyz0123456789ABCDEF",
    "Telegram": "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    "npm": "npm_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "bearer": "Bearer " + "mF_9.B5f-4.1JqM",
    "bearer in lower case": "bearer " + "abcdefghijklmnopqrstuvwxyz",
    "basic": "Basic " + "dXNlcjpodW50ZXIyaHVudGVyMg==",
    "URL": "postgres://bob:" + "hunter2hunter2@db.example:5432/app",
    "URL with odd password": "redis://:" + "p@ss/wo#rd@cache.example:6379/0",
    "URL with token": "https://" + "0123456789abcdef0123@sentry.example/42",
    "card": "4111111111111111",
    "card in groups": "5555 5555 5555 4444",
    "card with dashes": "3782-822463-10005",
    "card of any network": "8171-9999-2766-0000",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "IBAN without spaces": "GB29NWBK60161331926819",
}
"""What is recognised wherever it stands, by what it is."""

SECRET_KEYS = (
    "password", "Password", "PASSWORD", "userPassword", "user_password", "db-passwd", "passwordHash", "pwd",
    "secret", "clientSecret", "client_secret", "CLIENT-SECRET", "webhook_secret", "secrets", "token",
    "accessToken", "access_token", "refresh-token", "id_token", "authtoken", "x-amz-security-token",
    "apiToken2", "api_key", "apiKey", "API-Key", "apikey", "x-api-key", "api_keys", "privateKey",
    "private_key", "signingKey", "secretAccessKey", "accessKeyId", "encryption_key", "authorization",
    "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "sessionId", "session_id",
    "credentials", "credential", "passphrase", "passcode", "ssn", "SSN", "socialSecurityNumber", "cvv",
    "cvc", "card_cvv2", "cardNumber", "creditCardNumber", "pin", "otp", "jwt", "iban", "pass", "smtp_pass",
    "DB_PASS", "userPass", "db_pw", "sig", "Signature", "X-Goog-Signature", "x-hub-signature-256",
)  # fmt: skip
"""Keys whose values are hidden, in the spellings of many languages."""

ORDINARY_KEYS = (
    "id", "orderId", "status", "email", "keyboard", "monkey", "secretary", "tokenizer", "tokenCount",
    "token_type", "passed", "compass", "authorName", "author", "spin", "mapping", "company", "span", "key",
    "primaryKey", "idempotency_key", "created_at", "cookiesEnabled", "password_reset_at", "expires_in",
    "session_name", "hash", "version", "pass_rate", "pass_count", "bypass", "signature_version", "design",
)  # fmt: skip

ORDINARY = (
    "b7e3c1a2-1234-4567-8901-123456789012",
    "12345678-1234-1234-1234-123456789012",
    "01HV8Z3M5K7Q9R1T2V4X6Y8Z0A",
    "1795914120000",
    "1795914120000000",
    "1795914120000000000",
    "1178341234567890123",
    "2026-11-29T18:30:00.000Z",
    "2026-11-29 18:30:00",
    "2026-11-29 18-30-12",
    "+49 170 1234567",
    "0.4111111111111111",
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "4111111111111112",
    "ord-59603",
    "https://api.example.com:443/@scope/package?page=2",
    "https://example.com/users/42#top",
    "git@github.com:org/repo.git",
    "ada@example.com",
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "Bearer authentication failed",
    "Token is invalid or has expired",
    "Basic subscription",
    "Error: D1_ERROR: UNIQUE constraint failed: orders.id: SQLITE_CONSTRAINT",
    "Promise<Token> is not assignable to string",
    "max_tokens=100",
    "[REDACTED]",
    "",
    " ",
    "null",
    "100%",
    "a & b &amp; c",
    "AbortError: The operation was aborted",
)
"""Texts that are shown as they are."""
