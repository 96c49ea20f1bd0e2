package io.tamor.jobs;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * Has RocksDB compact as soon as two files have been flushed, and not four. Most of the state are
 * users that are written whole with each event: a flush holds most of them once more, and what it
 * makes out of date would stay in files and checkpoints. docs/benchmarks.md has what it takes.
 */
public final class EarlyCompaction implements RocksDBOptionsFactory {
    private static final long serialVersionUID = 1;
    private static final int FLUSHED_FILES = 2;

    @Override
    public DBOptions createDBOptions(
            DBOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
        return currentOptions;
    }

    @Override
    public ColumnFamilyOptions createColumnOptions(
            ColumnFamilyOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
        return currentOptions.setLevel0FileNumCompactionTrigger(FLUSHED_FILES);
    }
}
