/** What stands in the place of a secret. */
export const REDACTED = '***';

/** Names of values that are secret, wherever they stand in a longer name (`PGPASSWORD`, `x-api-key`, `aws_secret_access_key`). */
const SECRET_NAME =
  'pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|signature|api[-_ ]?key|apikey|access[-_ ]?key(?:[-_ ]?id)?|account[-_ ]?key|private[-_ ]?key|shared[-_ ]?access[-_ ]?key|secret[-_ ]?key|jwt|bearer|authorization|session[-_ ]?id';

const WHOLE_SECRET_NAME = new RegExp(`(?:${SECRET_NAME})$`, 'i');

/** Whether a value of this name must never be shown. */
export function isSecretName(name: string): boolean {
  // Counts of tokens are what people look for in details of an AI provider; they end in "tokens".
  return WHOLE_SECRET_NAME.test(name) || /cookie$/i.test(name);
}

type Replacement = readonly [pattern: RegExp, by: string];

/** In this order: what an earlier pattern has replaced must not be needed by a later one. Every repetition is bounded or cannot overlap. */
export const SECRETS: readonly Replacement[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, REDACTED],
  // user:password@, also where the password has characters that a URL should have encoded; host:port/…@ is no user.
  [/(:\/\/)[^\s:/@'"]{0,256}:(?!\d{1,5}(?:[/?#\s,'"]|$))[^\s'"]{0,1024}@/g, `$1${REDACTED}@`],
  [/(:\/\/)[^\s:/?#@'"]{1,1024}@/g, `$1${REDACTED}@`],
  // MySQL and others without a scheme: user:password@tcp(host), user:password@host:port.
  [/(^|[\s'"(=])[\w.-]{1,64}:(?!\/|\d{1,5}\/)[^\s'"]{1,256}@(?=[\w[(])/g, `$1${REDACTED}@`],
  [/(cookie["']?\s{0,3}[:=]\s{0,3})(?!\*\*\*)[^\n\r]{1,4096}/gi, `$1${REDACTED}`],
  [/\b(bearer|apikey)\s+[\w.~+/=-]{1,8192}/gi, `$1 ${REDACTED}`],
  // What looks like a word is one: "basic authentication", "unexpected token IDENTIFIER".
  [/\b([Bb]asic|[Nn]egotiate)\s+(?=[\w.~+/-]{0,64}[\dA-Z=])[\w.~+/=-]{6,8192}/g, `$1 ${REDACTED}`],
  [/\b([Tt]oken|[Dd]igest)\s+(?=[\w.~+/-]{0,64}\d)[\w.~+/=-]{6,8192}/g, `$1 ${REDACTED}`],
  [
    new RegExp(
      `((?:^|[^a-z0-9])[\\w-]{0,40}(?:${SECRET_NAME})["']?\\s{0,3}(?:=>|[=:])\\s{0,3})("[^"]{0,4096}"?|'[^']{0,4096}'?|(?!\\*\\*\\*)(?:(?:bearer|basic|token|digest)\\s+)?[^\\s,;&"'<>)}\\]]{1,4096})`,
      'gi',
    ),
    `$1${REDACTED}`,
  ],
  // In sentences ("login failed with password 'x'"), and in the signed URLs of Azure.
  [/\b(pass(?:word|wd|phrase)\s{1,3})(["'])[^"'\n\r]{1,256}\2/gi, `$1$2${REDACTED}$2`],
  [/([?&]sig=)[^&\s'"]{1,4096}/gi, `$1${REDACTED}`],
  // Whoever knows the address of a webhook of Slack or Discord may post there.
  [/(hooks\.slack\.com\/services\/|discord(?:app)?\.com\/api\/webhooks\/)[\w/-]{1,256}/gi, `$1${REDACTED}`],
  // OpenAI, Anthropic, OpenRouter …, also as they print it themselves with the middle starred out.
  [/\bsk-[\w*.-]{4,}/g, REDACTED],
  [/\b(?:sk|pk|rk|whsec)_(?:live_|test_)?\w{10,}/g, REDACTED],
  [
    /\b(?:gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|hf_\w{16,}|gsk_\w{16,}|AIza[\w-]{30,}|pcsk_\w{16,})/g,
    REDACTED,
  ],
  [/\b(?:A3T|AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z\d]{12,}/g, REDACTED],
  // A secret access key of AWS: 40 characters of base64, unlike a hash with letters of both cases.
  [
    /(?<![\w/+=.-])(?=[A-Za-z\d/+]{0,39}\d)(?=[a-z\d/+]{0,39}[A-Z])(?=[A-Z\d/+]{0,39}[a-z])[A-Za-z\d/+]{40}(?![\w/+=.-])/g,
    REDACTED,
  ],
  // A JSON Web Token.
  [/\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g, REDACTED],
];
