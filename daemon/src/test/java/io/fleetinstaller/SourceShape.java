package io.fleetinstaller;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** How large one source file and its methods are, as the compiler's own parser sees them. */
record SourceShape(String file, int lines, List<Method> methods) {

  /** One method or constructor; the components of a record do not count as parameters. */
  record Method(String file, long line, String name, int lines, int parameters) {
    String at() {
      return "%s:%d %s".formatted(file, line, name);
    }
  }

  static List<SourceShape> of(Iterable<? extends JavaFileObject> sources) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var task = (JavacTask) compiler.getTask(null, null, null, null, null, sources);
    var positions = Trees.instance(task).getSourcePositions();
    List<SourceShape> shapes = new ArrayList<>();
    for (CompilationUnitTree unit : task.parse()) {
      shapes.add(of(unit, positions));
    }
    return shapes;
  }

  private static SourceShape of(CompilationUnitTree unit, SourcePositions positions)
      throws IOException {
    String file = unit.getSourceFile().getName().replaceFirst(".*/", "");
    var scanner = new MethodScanner(file, unit, positions);
    scanner.scan(unit, null);
    int lines = (int) unit.getSourceFile().getCharContent(true).toString().lines().count();
    return new SourceShape(file, lines, List.copyOf(scanner.found));
  }

  private static final class MethodScanner extends TreePathScanner<Void, Void> {
    private final String file;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Method> found = new ArrayList<>();

    MethodScanner(String file, CompilationUnitTree unit, SourcePositions positions) {
      this.file = file;
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      long start = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
      long end = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, method));
      found.add(new Method(file, start, name(method), (int) (end - start + 1), parameters(method)));
      return super.visitMethod(method, null);
    }

    private String name(MethodTree method) {
      return isConstructor(method)
          ? owner().getSimpleName().toString()
          : method.getName().toString();
    }

    private int parameters(MethodTree method) {
      boolean ofRecord = isConstructor(method) && owner().getKind() == Tree.Kind.RECORD;
      return ofRecord ? 0 : method.getParameters().size();
    }

    private ClassTree owner() {
      return (ClassTree) getCurrentPath().getParentPath().getLeaf();
    }

    private static boolean isConstructor(MethodTree method) {
      return method.getReturnType() == null;
    }
  }
}
