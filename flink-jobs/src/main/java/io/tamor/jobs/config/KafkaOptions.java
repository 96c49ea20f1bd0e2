package io.tamor.jobs.config;

import java.io.Serializable;
import java.util.Map;
import java.util.Properties;

/**
 * How to reach Kafka.
 *
 * @param properties client properties passed through as they are (security.protocol,
 *     sasl.mechanism, ssl.truststore.location ...); never logged, since they may hold secrets
 */
public record KafkaOptions(String bootstrap, Map<String, String> properties)
        implements Serializable {
    public KafkaOptions {
        properties = properties == null ? Map.of() : Map.copyOf(properties);
    }

    /** The client properties with the bootstrap servers among them. */
    public Properties clientProperties() {
        Properties all = new Properties();
        all.putAll(properties);
        all.setProperty("bootstrap.servers", bootstrap);
        return all;
    }

    @Override
    public String toString() {
        return "KafkaOptions[bootstrap=" + bootstrap + ", properties=" + properties.keySet() + "]";
    }
}
