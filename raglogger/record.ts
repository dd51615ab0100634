/**
 * The log record: exactly 83 leaves, snake_case as written. Printed from the field table by `testdata/print_record.ts`.
 *
 * @module
 */

/** One line of the event log. Where a leaf allows `null`, null means unknown or not applicable; nothing is invented. */
export interface LogRecord {
  /** Where the line comes from. */
  rag_metadata: {
    /** When the line was formatted, by the logger's clock; left out of chain and artifact hashes, RFC 3339 in UTC with microseconds. */
    logged_at: string;
    /** Deployment that the line comes from, as configured. */
    deployment_id: string | null;
    /** Node that the line comes from, as configured. */
    node_id: string | null;
    /** Version of this record format, major.minor. */
    log_version: string;
    /** Id of the event: a hash of source, flow key, start and sequence. */
    event_id: string;
    /** Digest of the settings that judged the event: rules, models, policy, capture; those of the log itself are not in it. */
    config_digest: string | null;
  };
  /** What was detected and how it was decided. */
  detection: {
    /** When the event was detected, in capture time, RFC 3339 in UTC with microseconds. */
    detection_timestamp: string;
    /** Scores of the engines. */
    scores: {
      /** Score of the fast rules; null when they do not cover the category (0 to 1). */
      fast_detector: number | null;
      /** Calibrated score of the forest; null when no forest covers the category (0 to 1). */
      ml_detector: number | null;
      /** Decided score: the larger of the two engines' scores (0 to 1). */
      final_score: number;
      /** |fast - ml|; null when only one engine scored (0 to 1). */
      divergence: number | null;
    };
    /** Classes from coarse to fine. */
    classification: {
      /** Engine that the final score was taken from; null when neither scored. */
      authoritative_source:
        | "FAST_ONLY"
        | "ML_ONLY"
        | "FAST_PRIORITY"
        | "ML_PRIORITY"
        | "CONSENSUS"
        | "DIVERGENCE"
        | null;
      /** Family above the category, for example denial_of_service; null when benign. */
      attack_family: string | null;
      /** First decision: benign or attack. */
      level_1_label: "benign" | "attack";
      /** Final decision's class: the threat category, or benign. */
      final_class: string;
      /** Category with the highest final score; null when no engine scored. */
      threat_category: string | null;
      /** Confidence in the classification (0 to 1). */
      confidence: number | null;
      /** Forest whose category won: ddos, ransomware, traffic or internal. */
      level_2_category: string | null;
      /** Code of the strongest reason. */
      level_3_subcategory: string | null;
    };
    /** Scores of the four forests. */
    predictions: {
      /** Calibrated score of the ddos forest; null when it did not score (0 to 1). */
      ddos: number | null;
      /** Calibrated score of the ransomware forest; null when it did not score (0 to 1). */
      ransomware: number | null;
      /** Calibrated score of the traffic forest; null when it did not score (0 to 1). */
      traffic: number | null;
      /** Calibrated score of the internal forest; null when it did not score (0 to 1). */
      internal: number | null;
      /** Version or digest of the models that scored. */
      model_set: string | null;
    };
    /** Why it was flagged. */
    reasons: {
      /** Whether a fast rule fired. */
      fast_detector_triggered: boolean;
      /** Strongest fast rule in words, with value and threshold; null when none fired. */
      fast_detector_reason: string | null;
      /** Whether policy asks for the event to be looked at closely. */
      requires_rag_analysis: boolean;
      /** Order in which to look at it. */
      investigation_priority: "none" | "low" | "medium" | "high" | "critical";
    };
    /** The decision and its doubts. */
    decision: {
      /** Confidence in words. */
      confidence_level: "low" | "medium" | "high" | null;
      /** Why the engines differ, in words; null when they do not. */
      divergence_reason: string | null;
      /** What was decided. */
      final_decision: "benign" | "suspicious" | "malicious";
      /** What speaks against the decision, in words; null when nothing does. */
      discrepancy_reason: string | null;
      /** Flags raised beside the score, words joined by commas; empty when none. */
      anomaly_flags: string;
    };
  };
  /** The traffic. */
  network: {
    /** Addresses, ports and protocol. */
    five_tuple: {
      /** Address of the initiator, or of the host of a window event, as text. */
      src_ip: string | null;
      /** Port of the initiator, 0 to 65535; null for a window event or a protocol without ports. */
      src_port: number | null;
      /** Address of the responder, as text; null for a window event. */
      dst_ip: string | null;
      /** Port of the responder, 0 to 65535; null for a window event or a protocol without ports. */
      dst_port: number | null;
      /** Protocol: tcp, udp, icmp, icmp6, sctp, gre, arp, or its number as text. */
      protocol: string | null;
    };
    /** Capture interface or file. */
    interface: string | null;
    /** How packets are obtained, for example offline. */
    interface_mode: string | null;
    /** Whether one end is outside the home networks. */
    is_wan_facing: boolean | null;
    /** Community ID version 1 of the flow. */
    community_id: string | null;
    /** Application protocol found in the payload, for example dns, tls, http, ssh. */
    app_protocol: string | null;
    /** Size of the flow. */
    flow: {
      /** Duration of the flow, microseconds. */
      duration_us: number | null;
      /** Packets in both directions. */
      total_packets: number | null;
      /** Bytes on the wire in both directions. */
      total_bytes: number | null;
      /** Bytes per second over the flow's duration; null when the duration is 0. */
      bytes_per_sec: number | null;
      /** Packets per second over the flow's duration; null when the duration is 0. */
      packets_per_sec: number | null;
    };
    /** Places of the two ends. */
    geoip: {
      /** Place of the source. */
      source: {
        /** Country of the source, ISO 3166 code; null without a database. */
        country: string | null;
        /** City of the source; null without a database. */
        city: string | null;
        /** Threat level of the source by a reputation list; null without one. */
        threat_level: string | null;
      };
      /** Place of the destination. */
      destination: {
        /** Country of the destination, ISO 3166 code; null without a database. */
        country: string | null;
        /** City of the destination; null without a database. */
        city: string | null;
      };
    };
  };
  /** Flow features. */
  features: {
    /** Packets and bytes by direction. */
    basic_stats: {
      /** Packets from the initiator. */
      forward_packets: number | null;
      /** Packets to the initiator. */
      backward_packets: number | null;
      /** Bytes from the initiator. */
      forward_bytes: number | null;
      /** Bytes to the initiator. */
      backward_bytes: number | null;
      /** Mean packet length, bytes. */
      avg_packet_size: number | null;
    };
    /** TCP flags, both directions. */
    tcp_flags: {
      /** Packets with SYN. */
      syn: number | null;
      /** Packets with ACK. */
      ack: number | null;
      /** Packets with FIN. */
      fin: number | null;
      /** Packets with RST. */
      rst: number | null;
      /** Packets with PSH. */
      psh: number | null;
    };
    /** Time between packets. */
    timing: {
      /** Mean time between packets, microseconds. */
      flow_iat_mean: number | null;
      /** Standard deviation of the time between packets, microseconds. */
      flow_iat_std: number | null;
      /** Mean time between packets from the initiator, microseconds. */
      forward_iat_mean: number | null;
      /** Mean time between packets to the initiator, microseconds. */
      backward_iat_mean: number | null;
    };
    /** Packet lengths. */
    packet_length: {
      /** Shortest packet, bytes. */
      min: number | null;
      /** Longest packet, bytes. */
      max: number | null;
      /** Mean packet length, bytes. */
      mean: number | null;
      /** Standard deviation of the packet length, bytes. */
      std: number | null;
    };
  };
  /** The time that the event is about. */
  window: {
    /** First packet of the flow, or start of the host window behind the event, RFC 3339 in UTC with microseconds. */
    start: string | null;
    /** Last packet of the flow, or end of the host window behind the event, RFC 3339 in UTC with microseconds. */
    end: string | null;
    /** Packets in that time. */
    events: number | null;
  };
  /** The machine that logged it; left out of chain and artifact hashes. */
  system_state: {
    /** Events offered to this logger since it was opened. */
    events_processed_total: number | null;
    /** Events offered to this logger in the last 60 s. */
    events_in_last_minute: number | null;
    /** Resident memory of the process, MiB. */
    memory_usage_mb: number | null;
    /** Processor time of the process since the last sample, percent of one core. */
    cpu_usage_percent: number | null;
    /** Time since the logger was opened, seconds. */
    uptime_seconds: number | null;
  };
  /** Use of the event for training. */
  ml_training_metadata: {
    /** Whether the event may be used for training. */
    can_be_used_for_training: boolean | null;
    /** True class where it is known. */
    ground_truth_label: string | null;
    /** Whether a person has confirmed the class. */
    human_validated: boolean;
  };
  /** The artifact file beside the log. */
  artifact: {
    /** SHA-256 of the canonical artifact, hexadecimal; null when no artifact was written. */
    sha256: string | null;
  };
}
