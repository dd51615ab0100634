/** Stores by a text, so that programs of a test or a bench can be told theirs. */
import { type ConfigStore, FileStore } from "@ml-defender/etcd-client";
import { EtcdStore } from "@ml-defender/etcd-client/etcd";

/** Opens `file:FOLDER` or `etcd:ENDPOINT`. */
export async function openStore(place: string): Promise<ConfigStore> {
  const colon = place.indexOf(":");
  const [kind, where] = [place.slice(0, colon), place.slice(colon + 1)];
  return kind === "etcd"
    ? await EtcdStore.open({ endpoints: [where] })
    : await FileStore.open(where);
}
