import type { Theme } from "./lexicon.ts";

/** Words of neither the log nor a question about it, one typing error away from such: they are left as they are. */
export const REAL: Theme = {
  en: {
    REAL: "abide, abort, accepting, accesses, accounting, actors, addressed, " +
      "administration, advise, aggregate, agreements, alarming, allows, " +
      "alter, amounts, analyses, analytics, analyze, analyzer, appending, " +
      "approximates, april, assert, asserts, attached, attaching, " +
      "attributing, authors, automate, automatic, averages, aware, backus, " +
      "badgen, banners, believed, believes, belong, beside, bikes, bites, " +
      "black, blank, blocklist, blows, boards, booth, brings, broke, brought, " +
      "browse, browsers, budgets, buffers, bytes, caches, calculated, calls, " +
      "captured, captures, cares, carts, casts, categorized, cause, causes, " +
      "chains, charge, charged, chars, chart, charts, chase, checks, " +
      "christian, clarified, clears, clone, close, closed, closes, clouds, " +
      "coded, codes, coding, collected, collecting, collection, collections, " +
      "combine, combines, commands, commons, compatible, compilers, " +
      "completer, compliant, composable, compute, computed, computes, " +
      "concurrent, configs, configurations, configured, configures, " +
      "conflicts, consent, considers, constantly, constants, constraint, " +
      "construct, constructs, consume, consumed, consumes, contained, " +
      "containing, context, contexts, contiguous, continues, continuously, " +
      "contrast, controls, convention, conventions, conversion, conversions, " +
      "convert, converted, converting, cookie, corrected, correcting, " +
      "correction, corrections, costa, costs, county, courts, cover, crate, " +
      "created, creates, credits, customary, databases, dates, decent, " +
      "defect, defects, deleter, deletes, depending, deprecate, derive, " +
      "designation, destructor, detail, detecting, differences, differently, " +
      "differing, differs, direction, directions, disables, discover, " +
      "discovered, displayed, displays, distinction, distribute, distributes, " +
      "documented, dollar, dolor, drift, driven, driver, drops, dumps, " +
      "easier, edits, eighth, electron, elevate, employed, employer, enables, " +
      "exceptions, excluded, exclusive, executing, executions, expensive, " +
      "expire, expires, explained, explaining, explains, exporting, " +
      "extending, extensive, externally, farms, filed, filling, fills, finds, " +
      "fixes, fixing, flaws, flood, floor, flour, flows, forces, forged, " +
      "forked, forking, formed, forming, forms, forwarded, fragment, " +
      "frequency, friendly, funding, generator, ghosts, gives, grant, hacks, " +
      "hardening, harms, hoist, hosting, hundreds, ideal, ideas, identified, " +
      "identifier, identifiers, identifies, identify, ignores, importable, " +
      "inception, incidental, inclusion, indexed, individually, individuals, " +
      "informing, initiate, initiates, initiator, injected, injecting, " +
      "insertion, inspected, inspection, installer, installers, installs, " +
      "intention, inter, interacting, interaction, interactively, interacts, " +
      "intercept, intercepted, interfere, internally, internals, interpret, " +
      "interrupt, interrupts, interval, intervals, intro, involve, involves, " +
      "isolates, isolation, keeps, kernels, languages, latent, lates, latter, " +
      "launch, launcher, layer, leading, leads, lease, leaves, lengths, " +
      "licensed, licensees, licensors, links, listed, listening, lists, " +
      "literal, lives, locked, locking, locks, logger, logos, longs, looping, " +
      "loops, maker, makes, malls, manage, managed, manages, march, marched, " +
      "market, markets, marking, martial, masking, masks, match, matched, " +
      "micro, micros, minor, minors, mitigate, mixing, modes, modification, " +
      "mondays, monkey, moves, multiply, negations, negatively, notes, " +
      "notice, notices, noting, novice, observe, observer, observers, " +
      "operation, operations, orders, others, outputs, outsider, overloaded, " +
      "oversight, packed, parts, paste, patent, paths, peers, persisted, " +
      "persons, piped, pointer, pointing, policed, polite, polls, polluting, " +
      "pooling, portability, posing, positions, postal, posters, posting, " +
      "posts, practical, predicate, prefers, preparation, prepended, " +
      "prepending, presented, previously, prime, prince, printed, printing, " +
      "prints, prioritise, prioritize, privileged, privileges, proactive, " +
      "probably, probe, processed, processor, processors, produce, " +
      "production, prone, proto, pulls, purchased, quoted, quotes, raise, " +
      "raising, ranges, ranting, rates, reaches, realm, recall, recant, " +
      "receiver, receivers, recess, reconnecting, referring, refuse, refuses, " +
      "registers, regularly, rejection, relate, relied, remainder, removes, " +
      "repeatedly, repetition, replies, reply, reporter, reporters, " +
      "requested, required, resilient, resolves, resort, respected, " +
      "responder, responders, responses, responsive, restarts, resulting, " +
      "retained, retried, retrieval, retrieved, retrieves, returning, " +
      "returns, reused, reversed, reviews, reword, risks, risky, robot, " +
      "roles, roots, route, sampled, sandboxed, sauces, saved, saves, scams, " +
      "scarf, scars, scheduled, scheduler, schedulers, schedules, scope, " +
      "scoped, scopes, scoping, scorer, segments, sentences, separable, " +
      "separated, separately, separator, serve, served, serverless, serves, " +
      "sever, severs, shadowing, shape, shared, shorten, shown, shows, " +
      "signal, signatures, similarly, simple, simultaneous, single, sites, " +
      "sized, sizes, skill, sleep, smoke, solved, solves, sorts, source, " +
      "sourced, sources, spaced, spaces, spans, spare, specs, spell, spent, " +
      "spies, splits, stack, stacks, stage, stairs, stale, stamps, stars, " +
      "stated, states, stating, stats, stays, sticky, stops, store, stored, " +
      "stores, storing, stray, streamline, string, stringent, stuck, styled, " +
      "styles, subjects, subset, suite, sundry, supplied, supported, " +
      "supports, targeting, tasks, tells, terminals, terminated, terminates, " +
      "terms, texts, theme, thorough, thought, thousands, threads, timed, " +
      "timer, times, touches, traced, tragedy, tragic, trailing, traits, " +
      "transform, transformed, transforms, transition, translated, " +
      "translates, translations, translator, transpilation, treat, treats, " +
      "turns, typed, typically, typos, unexpectedly, uninstalled, universal, " +
      "unlock, unmatched, updated, updater, updaters, upgraded, upgrades, " +
      "upgrading, usages, versioned, vertically, views, volumes, warms, " +
      "waves, wells, white, wider, width, window, wives, wording, words, " +
      "works, worlds, worth, writer, writes, writing, wrote, zeros",
  },
  es: {
    REAL: "abierto, acabar, acceso, aceite, actor, actores, actual, adentro, " +
      "agente, agentes, ahora, alarde, alcance, alerta, alerto, alianza, " +
      "alrededor, alumno, amado, amigo, amigos, amplio, ancho, andar, animal, " +
      "antena, antenas, anterior, antes, apoyo, armar, arriba, ataca, atado, " +
      "atajo, atajos, atasco, atascos, atento, atrapa, aumento, autor, " +
      "bajada, balance, balanza, balcon, banca, banda, bandas, barrio, " +
      "barrios, bases, batida, bebida, blanca, blando, bloque, bloques, " +
      "bolsa, bomba, bosques, brazo, breves, brutal, bruto, buena, busca, " +
      "cabeza, caida, calle, calles, camino, campo, canto, capaz, capital, " +
      "carga, cargas, cargo, cargos, carta, cartas, casas, catedra, causa, " +
      "causas, celda, centro, cerca, cerrar, cesta, chico, ciento, cientos, " +
      "clase, clave, coche, codigo, codigos, colegio, comer, comida, compra, " +
      "comun, conciencia, condicion, condiciones, conducta, conecta, conexo, " +
      "confianza, conjunto, conoce, contar, contento, contexto, contra, " +
      "convencion, convenciones, copia, copias, corre, corregir, corren, " +
      "correo, correr, corta, corte, cortes, costa, costas, costo, creacion, " +
      "credito, cruce, cuadro, cuenta, cuentas, cuento, cuerpo, cueva, culpa, " +
      "cuota, curso, cursos, decada, decidir, decir, defecto, definicion, " +
      "dejar, deporte, derecho, desayuno, descanso, desde, deseo, destine, " +
      "destreza, detalle, detalles, deuda, diario, dicho, diente, dieta, " +
      "digno, dinero, directa, directo, director, directos, disco, discos, " +
      "distancia, distinto, docente, dolor, domino, donde, drama, dulce, " +
      "duracion, duras, edades, efecto, ejemplo, eleccion, emision, " +
      "emisiones, empleo, encuentro, energia, enfermo, entonces, entorno, " +
      "entrar, envase, equipaje, error, escala, escalas, escapar, escena, " +
      "escenas, escudo, escuela, esfera, espacio, espejo, espera, esposa, " +
      "estado, estados, estilo, estima, estrella, etapa, etapas, evento, " +
      "excusa, exito, exponer, extension, externa, externo, fabrica, facil, " +
      "falta, familia, fases, fecha, fechas, feria, fiesta, filas, filtro, " +
      "filtros, final, firma, flecha, flota, fondo, forma, formas, frente, " +
      "fresco, fruta, fuego, fuente, fuerte, fuerza, funcion, funciones, " +
      "ganado, gasto, gastos, gente, gesto, global, golpe, gordo, gracia, " +
      "grado, grupo, grupos, guerra, gusto, hablar, hacer, hambre, harto, " +
      "hecho, herida, hermano, hombre, hombro, hombros, horno, hotel, huella, " +
      "hueso, humano, ideas, igual, imagen, indice, inicio, inicios, interes, " +
      "interior, interno, invierno, jamas, joven, jueces, juego, juicio, " +
      "justo, labor, ladron, largo, lectura, lento, letra, leyes, libre, " +
      "libro, limite, limites, linea, lineas, lista, listo, llave, llegar, " +
      "llover, local, locales, logro, lucha, luego, lugar, lugares, madera, " +
      "madre, maestro, mando, manera, manos, mapas, marca, marcas, mareo, " +
      "mayor, media, medida, medidas, medio, medios, mejor, memoria, menor, " +
      "mensaje, mental, mente, mercado, meses, metodo, mezcla, miedo, minas, " +
      "minero, ministro, minuto, mirada, mismo, mitad, modelo, modos, modulo, " +
      "momento, montana, moral, motor, mucho, muerte, muestra, mujer, mundo, " +
      "museo, musica, nacer, nacion, nariz, negro, nevera, nivel, niveles, " +
      "noche, nombre, norma, normal, normas, norte, notas, noticia, novela, " +
      "nuevo, nunca, objeto, objetos, obras, obrero, octavo, oficina, opcion, " +
      "opciones, orden, ordenes, orilla, oscuro, padre, pagina, palabra, " +
      "panel, pared, pareja, parque, parte, partes, partida, pasos, patio, " +
      "pausa, pedido, peine, pelea, perder, perfil, perfiles, perro, persona, " +
      "pesado, piedra, pieza, piezas, pista, pistas, placa, planta, plato, " +
      "playa, plaza, plazo, poder, poeta, pollo, poner, precio, premio, " +
      "prensa, presa, presion, primo, prisa, proceso, prueba, publico, " +
      "pueblo, puente, puerta, puertas, puesto, puestos, punto, puntos, " +
      "queja, quinto, radio, ramas, rapido, raton, razon, receta, recibo, " +
      "recurso, recursos, regalo, regla, reina, reloj, resto, restos, " +
      "retorno, reunion, revista, riesgo, riesgos, rincon, ritmo, robar, " +
      "rodilla, rosas, rueda, ruido, rutas, saber, sabor, salida, salto, " +
      "salud, salvo, sangre, secreto, sector, segundo, seguro, semilla, " +
      "senda, sentido, sentir, serie, series, sesgo, sexto, siempre, siglo, " +
      "signo, silla, sitio, sobre, socio, solido, solucion, sombra, sonido, " +
      "suelo, sueno, suerte, sumas, tabaco, tabla, tablas, tarea, tareas, " +
      "tarjeta, techo, temas, temer, tender, tener, teoria, tercio, termino, " +
      "texto, tienda, tierra, tinta, titulo, tocar, tomar, torre, total, " +
      "trabajo, traje, trampa, trato, trece, tribu, trigo, triste, tropa, " +
      "trozo, turismo, unidad, union, urbano, vacio, valle, valor, valores, " +
      "vecino, venta, ventas, verano, verdad, verde, vestido, viaje, viejo, " +
      "viento, viuda, vivir, volver, votar, zapato, zonas",
  },
};
