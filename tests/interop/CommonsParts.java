import java.nio.file.Path;
import java.util.zip.ZipEntry;

import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** The same as {@link Parts}, with commons-compress. */
class CommonsParts {
    public static void main(String[] words) throws Exception {
        Path part = Path.of(words[1]);
        switch (words[0]) {
            case "ZipFile" -> {
                try (var archive = new ZipFile(part.toFile())) {
                    for (var entries = archive.getEntries(); entries.hasMoreElements(); ) {
                        var entry = entries.nextElement();
                        Parts.print(entry, archive.getInputStream(entry));
                    }
                }
            }
            case "ZipArchiveInputStream" -> {
                try (var archive = new ZipArchiveInputStream(Parts.opened(part))) {
                    for (ZipEntry entry; (entry = archive.getNextZipEntry()) != null; ) {
                        Parts.print(entry, archive);
                    }
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }
}
