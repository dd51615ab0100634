/** Stores by a text, so that programs of a test or a bench can be told theirs. */
import { type ConfigStore, FileStore } from "@ml-defender/etcd-client";
import { openEtcd } from "../etcd_server.ts";

/** Opens `file:FOLDER` or `etcd:ENDPOINT,ENDPOINT...`. */
export async function openStore(place: string): Promise<ConfigStore> {
  const colon = place.indexOf(":");
  const [kind, where] = [place.slice(0, colon), place.slice(colon + 1)];
  return kind === "etcd"
    ? await openEtcd({ endpoints: where.split(",") })
    : await FileStore.open(where);
}
