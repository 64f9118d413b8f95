/** A string of rsyslog's configuration language: within double quotes, `"`, `\` and `$` are escaped. */
export function quoted(value: string): string {
  return `"${value.replace(/["\\$]/g, '\\$&')}"`;
}

/** The certificates that rsyslog's gtls driver uses, on both sides. */
export function netstream(folder: string): string {
  return `global(
  DefaultNetstreamDriver="gtls"
  DefaultNetstreamDriverCAFile=${quoted(`${folder}/authority.pem`)}
  DefaultNetstreamDriverCertFile=${quoted(`${folder}/certificate.pem`)}
  DefaultNetstreamDriverKeyFile=${quoted(`${folder}/key.pem`)}
)`;
}
