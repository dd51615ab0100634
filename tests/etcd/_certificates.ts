/** Certificates that a test makes for itself, by openssl. */

/** Paths of PEM files without their ending: `.crt` and `.key`. */
export interface Certificates {
  readonly ca: string;
  readonly otherCa: string;
  readonly server: string;
  readonly expired: string;
  readonly elsewhere: string;
  readonly client: string;
}

/** Makes them in a folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string) => `${folder}/${name}`;
  for (const name of ["ca", "other"]) {
    await makeKey(path(name));
    await openssl([
      ...["req", "-x509", "-new", "-days", "2", "-key", `${path(name)}.key`],
      ...["-subj", `/CN=${name}`, "-out", `${path(name)}.crt`],
    ]);
  }
  const signed = async (name: string, host: string, days: string) => {
    await makeKey(path(name));
    const extensions =
      `subjectAltName=${host}\nextendedKeyUsage=serverAuth,clientAuth\n`;
    await Deno.writeTextFile(`${path(name)}.ext`, extensions);
    await openssl([
      ...["req", "-new", "-key", `${path(name)}.key`],
      ...["-subj", `/CN=${name}`, "-out", `${path(name)}.csr`],
    ]);
    await openssl([
      ...["x509", "-req", "-in", `${path(name)}.csr`, "-days", days],
      ...["-CA", `${path("ca")}.crt`, "-CAkey", `${path("ca")}.key`],
      ...["-CAcreateserial", "-extfile", `${path(name)}.ext`],
      ...["-out", `${path(name)}.crt`],
    ]);
  };
  await signed("server", "DNS:localhost,IP:127.0.0.1", "2");
  await signed("expired", "DNS:localhost", "-1");
  await signed("elsewhere", "DNS:elsewhere.test", "2");
  await signed("client", "DNS:client", "2");
  return {
    ca: path("ca"),
    otherCa: path("other"),
    server: path("server"),
    expired: path("expired"),
    elsewhere: path("elsewhere"),
    client: path("client"),
  };
}

async function makeKey(path: string): Promise<void> {
  await openssl([
    ...["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    ...["-out", `${path}.key`],
  ]);
}

async function openssl(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
