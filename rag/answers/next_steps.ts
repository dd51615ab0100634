/**
 * What an analyst checks next, by kind of threat. Advice only: it says nothing of what happened.
 *
 * @module
 */

import type { EntryKind } from "../query/ast.ts";
import type { Language } from "../result.ts";

/**
 * What to check next.
 *
 * @param about Kind of entry and the category that matters; undefined where there is none.
 * @param language Language of the text.
 * @returns One to three sentences without their full stop.
 */
export function nextSteps(
  about: {
    /** Kind of entry. */
    readonly kind: EntryKind;
    /** Its category. */
    readonly category?: string;
  },
  language: Language,
): readonly string[] {
  const table = STEPS[language];
  if (about.kind === "change") return table["change"] ?? [];
  return table[about.category ?? ""] ?? table["other"] ?? [];
}

/** Whether a text is one of the fixed next steps, without its full stop. */
export function isNextStep(text: string): boolean {
  return Object.values(STEPS).some((table) =>
    Object.values(table).some((steps) => steps.includes(text))
  );
}

const STEPS: Readonly<
  Record<Language, Readonly<Record<string, readonly string[]>>>
> = {
  en: {
    ddos: [
      "Check whether the service under attack still answers, and compare its packet rate with an ordinary hour",
      "Compare how the sources spread over networks: many with a handful of packets each point to forged addresses",
      "Ask the upstream provider to filter if the line itself is full; a rule on the host comes too late there",
    ],
    scan: [
      "Check whether the source is a known scanner or monitoring host that is allowed to do this",
      "Look for ports that answered, and for later connections from the same source to exactly those",
      "Verify that the services that answered are meant to be reachable from there",
    ],
    bruteforce: [
      "Look for a long or large session from the same source after the many short ones: it may be a login that succeeded",
      "Check the authentication log of the server for the same minutes",
      "Confirm that the service takes keys or a second factor, and limit who may reach it",
    ],
    lateral: [
      "Check whether the host administers others; if it does not, inspect it first",
      "Look for what reached that host shortly before: the way in often stands there",
      "List the hosts that answered it and review them in that order",
    ],
    ransomware: [
      "Isolate the host if the entry fits its role, and keep it running for its memory to be captured",
      "Check file servers for renamed or rewritten files in the same minutes",
      "Verify that backups are recent, complete and out of the host's reach",
    ],
    c2: [
      "Check what the destination is: its name, who runs it, and which other hosts contact it",
      "Compare the interval of the connections: an even one over hours is a program, not a person",
      "Inspect the process on the host that holds the connection",
    ],
    dns: [
      "Look at the queried names: long random labels under one domain point to a tunnel or to generated names",
      "Check whether the host may ask outside resolvers at all",
      "Compare with software known to do the same, such as antivirus look-ups and content networks",
    ],
    exfiltration: [
      "Check whether the destination is a known backup, mirror or cloud service of yours",
      "Compare the amount sent with what that host sends on other days",
      "Find out which data the host can reach, and who was working on it then",
    ],
    mining: [
      "Check the processor load and the processes of the host",
      "Look for the same pool or destination at other hosts",
      "Find out how the program came there: an open service or a container image is the usual way",
    ],
    web: [
      "Review the web server's log for the same source and minutes, and the status codes of its answers",
      "Check whether an answer was unusually large, or whether the server opened connections of its own afterwards",
      "Verify that the application and its components are patched",
    ],
    change: [
      "Check who asked for the change, and whether it was announced",
      "Compare detections before and after it: a changed threshold changes what is seen",
    ],
    other: [
      "Look at the entry with the highest score first, and see which rule or model decided",
      "Check whether the hosts have roles that explain this traffic",
      "Search for similar entries to see whether it happens elsewhere",
    ],
  },
  es: {
    ddos: [
      "Compruebe si el servicio atacado aún responde, y compare su tasa de paquetes con la de una hora corriente",
      "Compare cómo se reparten los orígenes entre redes: muchos con un puñado de paquetes cada uno apuntan a direcciones falsificadas",
      "Pregunte al proveedor si puede filtrar cuando la propia línea esté llena; una regla en el equipo llega tarde",
    ],
    scan: [
      "Compruebe si el origen es un escáner o un equipo de monitorización conocido que puede hacer esto",
      "Busque los puertos que respondieron, y conexiones posteriores del mismo origen justamente a ellos",
      "Verifique que los servicios que respondieron deben ser accesibles desde ahí",
    ],
    bruteforce: [
      "Busque una sesión larga o grande del mismo origen después de las muchas cortas: puede ser un acceso conseguido",
      "Compruebe el registro de autenticación del servidor en esos mismos minutos",
      "Confirme que el servicio exige claves o un segundo factor, y limite quién puede alcanzarlo",
    ],
    lateral: [
      "Compruebe si el equipo administra a otros; si no es así, inspecciónelo primero",
      "Busque qué llegó a ese equipo poco antes: ahí suele estar la vía de entrada",
      "Revise los equipos que le respondieron, por ese orden",
    ],
    ransomware: [
      "Aísle el equipo si la entrada encaja con su función, y consérvelo encendido para poder capturar su memoria",
      "Compruebe en los servidores de archivos si hay archivos renombrados o reescritos en esos mismos minutos",
      "Verifique que las copias de seguridad son recientes, están completas y quedan fuera del alcance del equipo",
    ],
    c2: [
      "Compruebe qué es el destino: su nombre, quién lo gestiona y qué otros equipos contactan con él",
      "Compare el intervalo de las conexiones: si es regular durante horas, es un programa y no una persona",
      "Inspeccione el proceso del equipo que mantiene la conexión",
    ],
    dns: [
      "Mire los nombres consultados: etiquetas largas y aleatorias bajo un mismo dominio apuntan a un túnel o a nombres generados",
      "Compruebe si el equipo puede consultar servidores DNS externos",
      "Compare con programas que hacen lo mismo, como las consultas de antivirus y las redes de contenidos",
    ],
    exfiltration: [
      "Compruebe si el destino es un servicio propio conocido de copias, de réplicas o en la nube",
      "Compare la cantidad enviada con lo que ese equipo envía otros días",
      "Averigüe a qué datos llega el equipo, y quién trabajaba en él entonces",
    ],
    mining: [
      "Compruebe la carga del procesador y los procesos del equipo",
      "Busque el mismo grupo de minería o destino en otros equipos",
      "Averigüe cómo llegó el programa: lo habitual es un servicio abierto o una imagen de contenedor",
    ],
    web: [
      "Revise el registro del servidor web para el mismo origen y minutos, y los códigos de sus respuestas",
      "Compruebe si alguna respuesta fue inusualmente grande, o si el servidor abrió después conexiones propias",
      "Verifique que la aplicación y sus componentes están actualizados",
    ],
    change: [
      "Compruebe quién pidió el cambio, y si estaba anunciado",
      "Compare las detecciones de antes y después: un umbral distinto cambia lo que se ve",
    ],
    other: [
      "Mire primero la entrada con la puntuación más alta, y qué regla o modelo decidió",
      "Compruebe si las funciones de los equipos explican este tráfico",
      "Busque entradas parecidas para ver si ocurre en otros sitios",
    ],
  },
};
