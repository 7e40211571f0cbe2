// The reader's time zone, for times on pages and in mails. Without it, times are in UTC alone.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; Secure" : "";
if (/^[\w+-]+(\/[\w+-]+)*$/.test(zone ?? "")) {
  document.cookie = `portal-zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
