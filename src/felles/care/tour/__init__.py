"""The tour of the demo: six steps that show what the record promises, each in somebody's own window."""
